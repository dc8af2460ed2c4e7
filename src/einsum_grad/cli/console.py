"""The terminal: results to stdout, diagnostics to stderr, colours and letters that it can show."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

from einsum_grad.visible import visible

_SYMBOLS = "Σδ∂·…"


def prepare() -> None:
    """Let no character that a stream can't encode or decode end the program."""
    for stream in (sys.stdout, sys.stderr):
        _reconfigure(stream, "backslashreplace")
    _reconfigure(sys.stdin, "surrogateescape")


def say(text: str, end: str = "\n") -> None:
    """Print a result."""
    print(text, end=end)


def complain(text: str) -> None:
    """Print a diagnostic."""
    if sys.stderr is not None:
        print(f"einsum-grad: {text}", file=sys.stderr)


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
