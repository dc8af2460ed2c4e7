"""The terminal: results to stdout, diagnostics to stderr, and which symbols and colours it has."""

from __future__ import annotations

import io
import os
import shutil
import sys
from typing import Any, TextIO

from einsum_grad.visible import visible, visible_lines

_SYMBOLS = "Σδ∂·…"
_COLUMNS = 100
_NARROWEST = 40


def prepare() -> None:
    """Make the streams escape characters that they can't encode or decode, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        _reconfigure(stream, "backslashreplace")
    _reconfigure(sys.stdin, "surrogateescape")


def say(text: str, end: str = "\n", coloured: bool = False) -> None:
    """Print a result; unless it is coloured, invisible and control characters are escaped."""
    print(text if coloured else visible_lines(text), end=end)


def head(pattern: str) -> str:
    """The heading above the result for one of several patterns."""
    return f"# {visible(pattern)}"


def tell(text: str) -> None:
    """Print sentences; on a terminal, lines that are wider than it are wrapped."""
    say(fitted(text, sys.stdout))


def complain(text: str) -> None:
    """Print a diagnostic; what stands below its first line is not wrapped, as a caret may."""
    if sys.stderr is not None:
        first, *rest = visible_lines(f"einsum-grad: {text}").split("\n")
        print("\n".join([fitted(first, sys.stderr), *rest]), file=sys.stderr)


def fitted(text: str, stream: TextIO | None) -> str:
    """The text, its lines wrapped at words if `stream` is a terminal that is narrower."""
    if stream is None or not stream.isatty():
        return text
    return "\n".join(_wrapped(line, columns()) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    import textwrap

    indent = line[: len(line) - len(line.lstrip(" "))]
    return textwrap.fill(
        line,
        max(width, _NARROWEST),
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


class Diagnostics(io.TextIOBase):
    """A stream to stderr for foreign output, escaped as diagnostics are."""

    def write(self, text: str) -> int:
        """Write as `complain` does, without its prefix."""
        if sys.stderr is not None:
            sys.stderr.write(visible_lines(text))
        return len(text)


def finish() -> None:
    """Flush stdout while a failure can still be reported."""
    if sys.stdout is not None:
        sys.stdout.flush()


def give_up() -> None:
    """Redirect Python's flush at exit to nowhere: nobody reads the rest of the buffer."""
    if sys.stdout is sys.__stdout__ and sys.stdout is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def is_coloured(asked: bool | None) -> bool:
    """Whether to print colours: as asked, else on a terminal unless NO_COLOR is set."""
    if asked is not None:
        return asked
    refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not refused and sys.stdout is not None and sys.stdout.isatty()


def width() -> int:
    """The columns of the terminal that stdout is; 100 where it is none."""
    if sys.stdout is None or not sys.stdout.isatty():
        return _COLUMNS
    return columns()


def columns() -> int:
    """The columns of the terminal, or what COLUMNS says."""
    return shutil.get_terminal_size((_COLUMNS, 24)).columns


def shows_symbols() -> bool:
    """Whether stdout can encode the mathematical symbols."""
    encoding = getattr(sys.stdout, "encoding", None)
    try:
        _SYMBOLS.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def is_utf8() -> bool:
    """Whether stdout can encode every character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def as_json(document: dict[str, Any]) -> str:
    """`document` on one line; what stdout can't show is escaped the JSON way."""
    import json

    text = json.dumps(document, ensure_ascii=not is_utf8())
    return text if visible(text) == text else json.dumps(document)


def _reconfigure(stream: TextIO | None, errors: str) -> None:
    # Replaced streams, as in tests and notebooks, may lack the method.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=errors)
