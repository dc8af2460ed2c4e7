"""The terminal: results to stdout, diagnostics to stderr, colours and letters that it can show."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

from einsum_grad.visible import visible, visible_lines

_SYMBOLS = "Σδ∂·…"


def prepare() -> None:
    """Let no character that a stream can't encode or decode end the program."""
    for stream in (sys.stdout, sys.stderr):
        _reconfigure(stream, "backslashreplace")
    _reconfigure(sys.stdin, "surrogateescape")


def say(text: str, end: str = "\n", coloured: bool = False) -> None:
    """Print a result; unless it has colours, what a terminal would obey or not show is escaped."""
    print(text if coloured else visible_lines(text), end=end)


def head(pattern: str) -> str:
    """What stands above the result for one of several patterns."""
    return f"# {visible(pattern)}"


def complain(text: str) -> None:
    """Print a diagnostic."""
    if sys.stderr is not None:
        print(f"einsum-grad: {visible_lines(text)}", file=sys.stderr)


class Diagnostics(io.TextIOBase):
    """A stream to stderr for what others print: what is escaped in diagnostics is so here."""

    def write(self, text: str) -> int:
        """Write as `complain` does, without its head."""
        if sys.stderr is not None:
            sys.stderr.write(visible_lines(text))
        return len(text)


def finish() -> None:
    """Write what is still in the buffer, while it can be said if that fails."""
    if sys.stdout is not None:
        sys.stdout.flush()


def give_up() -> None:
    """Let Python's own flush at exit go nowhere: nobody reads what is still in the buffer."""
    if sys.stdout is sys.__stdout__ and sys.stdout is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def is_coloured(asked: bool | None) -> bool:
    """Whether to print colours: as asked, else where a terminal reads and NO_COLOR is not set."""
    if asked is not None:
        return asked
    refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not refused and sys.stdout is not None and sys.stdout.isatty()


def shows_symbols() -> bool:
    """Whether stdout has the letters of mathematics."""
    encoding = getattr(sys.stdout, "encoding", None)
    try:
        _SYMBOLS.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def is_utf8() -> bool:
    """Whether stdout takes every character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def as_json(document: dict[str, Any]) -> str:
    """`document` on a line: in letters that stdout takes and shows, else in JSON's own escapes."""
    import json

    text = json.dumps(document, ensure_ascii=not is_utf8())
    return text if visible(text) == text else json.dumps(document)


def _reconfigure(stream: TextIO | None, errors: str) -> None:
    # Streams that a test or a notebook put in the place of Python's need not have the method.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=errors)
