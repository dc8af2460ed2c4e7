"""The page of supported functions: `python -m einsum_grad.autograd.supported`.

It is made from the tables, family by family; SciPy's functions are listed where SciPy is installed.
"""

from __future__ import annotations

import functools
import importlib
import operator
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.instead import INSTEAD
from einsum_grad.autograd.dispatch.table import CONSTANT, LATER, RECORDED, full_name, load_later
from einsum_grad.autograd.tensor.methods import HINTS, Method, Methods, Query

INTRODUCTION = """\
# Supported functions

These functions of NumPy take Tensors, and have gradients of any order, backward and forward. Their
keywords are NumPy's; a keyword that isn't supported is refused by name, and so is `out=`, which
would change an array that others may have recorded. The page is made from the tables of rules by
`python -m einsum_grad.autograd.supported`.

"""


def page() -> str:
    """The text of the page."""
    return INTRODUCTION + "\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    load_everything()
    for title, names in sorted(_families().items()):
        yield _section(title, names)
    yield _section("Plain results", {*map(full_name, CONSTANT)})
    yield _section("Methods and attributes of Tensors", {f"x.{name}" for name in _methods()})
    yield "## Not supported\n\nRefused with what to write instead:\n"
    yield from (f"- `{full_name(one)}`: {hint}" for one, hint in _in_order(INSTEAD.items()))
    yield from (f"- `x.{name}`: write {hint}" for name, hint in sorted(HINTS.items()))


def load_everything() -> None:
    """Import every family of rules whose library is installed."""
    for needed in set(LATER.values()):
        if find_spec(needed.split(".")[0]):
            importlib.import_module(needed)
    load_later()


def _families() -> dict[str, set[str]]:
    """The functions by the first line of what their module says about itself."""
    families: dict[str, set[str]] = {}
    for function, recorded in RECORDED.items():
        if _is_listed(function):
            families.setdefault(_title(recorded), set()).add(full_name(function))
    return families


def _is_listed(function: Callable[..., Any]) -> bool:
    """Not what has no name of its own, nor the outer forms of functions that aren't supported."""
    if function.__name__ == "outer" and function not in (np.outer, np.linalg.outer):
        return getattr(function, "__self__", None) in RECORDED
    return function not in (operator.getitem, np.ndarray.astype)


def _title(recorded: Callable[..., Any]) -> str:
    if isinstance(recorded, functools.partial):
        return "Steps, whose gradient is 0, and what is made with them"
    rules = [rule.function for rule in getattr(recorded, "rules", {}).values()]
    home = importlib.import_module((*rules, recorded)[0].__module__)
    return (home.__doc__ or "").splitlines()[0].split(": ")[0].rstrip(".:")


def _methods() -> Iterator[str]:
    for name, attribute in vars(Methods).items():
        listed = isinstance(attribute, (Method, Query, property)) or callable(attribute)
        if listed and not name.startswith("_"):
            yield name


def _section(title: str, names: set[str]) -> str:
    return f"## {title}\n\n" + ", ".join(f"`{name}`" for name in sorted(names)) + "\n"


def _in_order(pairs: Any) -> list[Any]:
    return sorted(pairs, key=lambda pair: full_name(pair[0]))


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - this is what the command is for
