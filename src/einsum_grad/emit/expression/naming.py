"""Names in a module: those of arrays as they are given, where that is safe, and of values."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}", re.ASCII)
OURS = frozenset(
    {"np", "torch", "jax", "jnp", "xp", "math", "namespace", "library", "Random"}
    | {"check_sizes", "check_arrays", "uniform", "draw", "difference", "product", "check", "main"}
    | {"sigmoid", "softplus", "relu", "logsumexp", "tensordot", "diagonal", "embed", "diag_embed"}
    | {"zeros", "empty", "like", "conj", "promoted", "copied", "multiplied", "summed"}
    | {"in_blocks", "summed_in_blocks", "sum_of_rows", "row_dots"}
)
"""The names of libraries, of helpers, and of what a script defines."""


def parameters(names: Iterable[str]) -> dict[str, str]:
    """The name of each array in a module: its own, if that can't mean anything else there.

    >>> parameters(["X", "np", "if", "θ"])
    {'X': 'X', 'np': 'np_', 'if': 'if_', 'θ': 'a1'}
    """
    given = list(names)
    taken = {name for name in given if _is_free(name)}
    found: dict[str, str] = {}
    for name in given:
        if name in taken:
            found[name] = name
            continue
        base = name if _SAFE.fullmatch(name) else "a"
        found[name] = next(each for each in _others(base) if _is_free(each) and each not in taken)
        taken.add(found[name])
    return found


def _is_free(name: str) -> bool:
    return (
        _SAFE.fullmatch(name) is not None
        and not keyword.iskeyword(name)
        and not keyword.issoftkeyword(name)
        and name not in OURS
        and not hasattr(builtins, name)
    )


def _others(base: str) -> Iterator[str]:
    if base != "a":
        yield f"{base}_"
    number = 1
    while True:
        yield f"{base}{number}"
        number += 1


class Placeholders:
    """Hands out names that stand nowhere else, until it is known which of them are needed."""

    def __init__(self) -> None:
        self.count = 0

    def new(self, base: str) -> str:
        """A placeholder for a name that begins with `base`."""
        self.count += 1
        return f"{base.partition(MARK)[0]}{MARK}{self.count}"


MARK = "$"
"""What a placeholder has after the beginning of its name."""


class Names:
    """Hands out names of values: a letter, then the letter and a number."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)

    def new(self, base: str) -> str:
        """A name that is not taken."""
        name, number = base, 1
        while name in self.taken or not _is_free(name):
            number += 1
            name = f"{base}{number}"
        self.taken.add(name)
        return name
