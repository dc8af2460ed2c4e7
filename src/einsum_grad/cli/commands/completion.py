"""`einsum-grad completion`: a script for the shell that completes commands and options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from einsum_grad.cli.console import say
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.parser import Parser, add_command

_EXAMPLES = """\
eval "$(einsum-grad completion bash)"
einsum-grad completion zsh > ~/.zfunc/_einsum-grad
einsum-grad completion fish > ~/.config/fish/completions/einsum-grad.fish
"""

_OWN = ("-o", "--output")
"""Options that are completed with the names of files."""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands,
        "completion",
        "print a script that completes commands and options in a shell",
        "Print a script that completes commands, options and their words in a shell.",
        _EXAMPLES,
    )
    parser.add_argument("shell", choices=tuple(_SHELLS), help="the shell to write it for")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    from einsum_grad.cli.entry import program

    _, commands = program()
    say("\n".join(_SHELLS[arguments.shell](commands)))
    return Exit.FINE


def _bash(commands: Mapping[str, Parser]) -> Iterator[str]:
    yield "_einsum_grad() {"
    yield "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}"
    yield '    case "${COMP_WORDS[1]}:$before" in'
    for name, parser in commands.items():
        for option, words in _worded(parser):
            yield f'        {name}:{option}) COMPREPLY=($(compgen -W "{words}" -- "$word")) ;;'
    yield f'        *:{"|*:".join(_OWN)}) COMPREPLY=($(compgen -f -- "$word")) ;;'
    for name, parser in commands.items():
        known = " ".join([*parser.option_strings(), *_choices(parser)])
        yield f'        {name}:*) COMPREPLY=($(compgen -W "{known}" -- "$word")) ;;'
    yield f'        *) COMPREPLY=($(compgen -W "{" ".join(commands)}" -- "$word")) ;;'
    yield "    esac"
    yield "}"
    yield "complete -o default -F _einsum_grad einsum-grad"


def _zsh(commands: Mapping[str, Parser]) -> Iterator[str]:
    yield "#compdef einsum-grad"
    yield "local -a words_here"
    yield 'case "${words[2]}:${words[CURRENT-1]}" in'
    for name, parser in commands.items():
        for option, words in _worded(parser):
            yield f"    {name}:{option}) compadd -- {words}; return ;;"
    yield f"    *:{'|*:'.join(_OWN)}) _files; return ;;"
    yield "esac"
    yield 'case "${words[2]}" in'
    for name, parser in commands.items():
        known = " ".join([*parser.option_strings(), *_choices(parser)])
        yield f"    {name}) (( CURRENT > 2 )) && compadd -- {known} && return ;;"
    yield "esac"
    yield f"(( CURRENT == 2 )) && compadd -- {' '.join(commands)} || _files"


def _fish(commands: Mapping[str, Parser]) -> Iterator[str]:
    here = "complete -c einsum-grad"
    for name, parser in commands.items():
        yield f"{here} -n __fish_use_subcommand -f -a {name} -d {_quoted(parser.description)}"
        within = f"{here} -n '__fish_seen_subcommand_from {name}'"
        for action in parser.arguments():
            flags = " ".join(_fish_flag(option) for option in action.option_strings)
            words = f" -x -a '{_words(action)}'" if _words(action) else ""
            if flags or words:
                yield f"{within} {flags}{words} -d {_quoted(action.help)}"


def _fish_flag(option: str) -> str:
    return f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"


def _quoted(text: str | None) -> str:
    first = (text or "").partition(";")[0].replace("\\", "").replace("'", "")
    return f"'{first}'"


def _worded(parser: Parser) -> Iterator[tuple[str, str]]:
    """The options that take one of a few words, with these."""
    for action in parser.arguments():
        if words := _words(action):
            yield from ((option, words) for option in action.option_strings)


def _words(action: argparse.Action) -> str:
    """The words that an argument takes, by its choices or as its metavar writes them: `a|b`."""
    if action.choices:
        return " ".join(map(str, action.choices))
    shown = action.metavar if isinstance(action.metavar, str) else ""
    words = shown.split("|")
    return " ".join(words) if len(words) > 1 and all(map(str.isidentifier, words)) else ""


def _choices(parser: Parser) -> list[str]:
    """The words of positional arguments."""
    return [_words(each) for each in parser.arguments() if not each.option_strings and each.choices]


_SHELLS: dict[str, Callable[[Mapping[str, Parser]], Iterator[str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
