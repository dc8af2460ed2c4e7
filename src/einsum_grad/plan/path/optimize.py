"""The `optimize=` argument: read, and checked against the number of operands."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, cast

from einsum_grad.errors import ArgumentError, ArgumentTypeError, OrderError, UnknownOrderError
from einsum_grad.plan.path.network import Path
from einsum_grad.syntax import MAX_OPERANDS, bounded

AUTO: Literal["auto"] = "auto"
"""Our own search."""

Optimizer = Callable[..., Any]
"""A path search: called with the terms and the output, as sets of labels, and the sizes."""

Order = str | Literal[False] | tuple[tuple[int, ...], ...] | Optimizer
"""An order of contraction: a search or its name, a path, or False for all operands at once."""

_PREFIX = "einsum_path"

_MOST_ONE_BY_ONE = 8
"""The most operands whose trees are enumerated one by one; 9 operands have two million."""

_MOST_SEARCHED = {"optimal": 13, "branch-all": 13}
"""The most operands for exhaustive searches: some seconds, tripled by each further operand."""

_UNSLICED = (
    "give optimize= an order that is not sliced, or contract each slice of the operands by itself "
    "and add up the outputs and the gradients"
)


def read_order(optimize: Any) -> Order:
    """Read `optimize`: "auto" or True, False, a name that opt_einsum knows, a path, an optimizer.

    A cotengra tree counts as a path. Raises `UnknownOrderError`, which is an `ArgumentError`, for
    another name, `OrderError` for an invalid path or a sliced tree, and `ArgumentTypeError` for
    anything else.

    >>> read_order(True), read_order(["einsum_path", (0, 1), (0, 1)])
    ('auto', ((0, 1), (0, 1)))
    """
    if isinstance(optimize, bool):
        return AUTO if optimize else False
    if isinstance(optimize, str):
        if optimize != AUTO:
            named(optimize)
        return optimize
    if isinstance(optimize, Sequence):
        return _given(optimize)
    if is_tree(optimize):
        return tree_path(optimize, type(optimize).__name__)
    if callable(optimize):
        return _hashable(optimize)
    if hasattr(optimize, "search"):
        raise ArgumentTypeError(
            f"a {type(optimize).__name__} finds slices, not an order: {_UNSLICED}"
        )
    raise ArgumentTypeError(
        "optimize is the name of a search, a bool, a path such as [(0, 1), (0, 1)], or an "
        f"optimizer to call, and not {optimize!r:.80}"
    )


def _hashable(optimizer: Optimizer) -> Optimizer:
    """`optimizer`, or if it isn't hashable its bound method, which is hashed by identity."""
    try:
        hash(optimizer)
    except TypeError:
        method: Any = optimizer
        return cast(Optimizer, method.__call__)
    return optimizer


def named(name: str, count: int = 0) -> Optimizer:
    """The search that opt_einsum calls `name`, for `count` operands.

    For more than a few operands, exhaustive searches are opt_einsum's dynamic program, which covers
    every tree, outer products included, without visiting any twice.
    """
    from opt_einsum import paths  # type: ignore[import-untyped]  # it has no hints

    if name in _MOST_SEARCHED and count > _MOST_ONE_BY_ONE:
        program: Optimizer = paths.DynamicProgramming(minimize="flops", search_outer=True)
        return program
    try:
        search: Optimizer = paths.get_path_fn(name)
    except KeyError:
        raise UnknownOrderError(
            "optimize is a name that opt_einsum knows, such as auto, greedy or optimal, and not "
            f"{name!r:.40}"
        ) from None
    return search


def check_search(order: Any, count: int) -> None:
    """Raise `OrderError` if `order` names a search that would take too long for `count` operands.

    >>> check_search("optimal", 13)
    """
    most = _MOST_SEARCHED.get(order, count) if isinstance(order, str) else count
    if count > most:
        raise OrderError(
            f"the search {order!r} looks at every tree and takes at most {most} operands, but "
            f'there are {count}: use "auto", "dp" or "auto-hq"'
        )


def _given(path: Sequence[Any]) -> Path:
    if len(path) and isinstance(path[0], str):
        if path[0] == _PREFIX:
            return read_path(path[1:])
        raise ArgumentError(f"optimize takes no memory limit: give {path[0]!r:.40} alone")
    return read_path(path)


def read_path(path: Iterable[Any]) -> tuple[tuple[int, ...], ...]:
    """`path` as tuples of ints."""
    try:
        steps = bounded(path, "steps in a path", 2 * MAX_OPERANDS)
        return tuple(
            tuple(map(operator.index, bounded(step, "positions in a step"))) for step in steps
        )
    except TypeError:
        raise ArgumentTypeError(
            f"a path is a list of tuples of positions, such as [(0, 1), (0, 1)], and not "
            f"{path!r:.80}"
        ) from None


def is_tree(found: Any) -> bool:
    """Whether this is a tree as cotengra's optimizers return them: a path, possibly sliced."""
    return hasattr(found, "get_path") and hasattr(found, "nslices")


def tree_path(tree: Any, name: str) -> Path:
    """The path of a tree that the optimizer called `name` found; `OrderError` if it is sliced."""
    if tree.nslices > 1:
        raise OrderError(
            f"{name} cuts the contraction into {tree.nslices} slices, but here it would run "
            f"unsliced, with larger arrays: {_UNSLICED}"
        )
    return read_path(tree.get_path())


def check_path(path: tuple[tuple[int, ...], ...], count: int) -> Path:
    """Return `path` if it contracts `count` operands to one; else raise `OrderError`."""
    left = count
    for number, step in enumerate(path):
        if not step or len(set(step)) < len(step) or not all(0 <= place < left for place in step):
            raise OrderError(
                f"step {number} of the path, {step}, must name different positions among the "
                f"{left} terms that are left, counted from 0"
            )
        left += 1 - len(step)
    if left != 1:
        raise OrderError(f"the path leaves {left} of {count} operands, but must leave one")
    return path
