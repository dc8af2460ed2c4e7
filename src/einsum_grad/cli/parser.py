"""How every command's parser helps: examples first, and what was probably meant."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from einsum_grad.visible import visible


class Parser(argparse.ArgumentParser):
    """A parser whose help begins with examples, and whose errors are escaped and suggest."""

    def __init__(self, *, examples: str = "", **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        options.setdefault("allow_abbrev", False)
        super().__init__(**options)
        self.examples = examples

    def format_help(self) -> str:
        """The examples, and then what argparse has to say."""
        shown = "".join(f"  {line}\n" for line in self.examples.splitlines())
        return f"examples:\n{shown}\n{super().format_help()}" if shown else super().format_help()

    def error(self, message: str) -> NoReturn:
        """End with argparse's message, which repeats arguments verbatim."""
        super().error(visible(message))

    def refuse(self, unknown: Sequence[str]) -> NoReturn:
        """End because of arguments that this command does not have."""
        argument = unknown[0]
        meant = suggestion(argument.partition("=")[0], self.option_strings())
        self.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")

    def option_strings(self) -> list[str]:
        """The options, as they are written."""
        return [name for action in self._actions for name in action.option_strings]

    def arguments(self) -> list[argparse.Action]:
        """The options and positional arguments, in order."""
        return list(self._actions)


def add_command(
    commands: Any, name: str, tells: str, description: str, examples: str, epilog: str = ""
) -> Parser:
    """Add a command to argparse's subparsers; `tells` is its line in the list of commands."""
    parser: Parser = commands.add_parser(
        name, help=tells, description=description, examples=examples, epilog=epilog or None
    )
    return parser


def suggestion(word: str, known: Iterable[str]) -> str:
    """What was probably meant, as the end of a sentence.

    >>> suggestion("--shpaes", ["--shapes", "--sizes"]), suggestion("--nope", ["--sizes"])
    ('; did you mean --shapes?', '')
    """
    close = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {close[0]}?" if close else ""
