"""Containers of arrays: taken apart into their leaves, and made again of others.

Containers are tuples, lists, dicts, named tuples and instances of dataclasses, nested; None is one
without leaves. Everything else is a leaf.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from einsum_grad.errors import ArgumentError

MOST_LEVELS = 200
"""How deep containers may be nested."""

Make = Callable[[Sequence[Any]], Any]

KEY, FIELD = "[{!r}]", ".{}"
"""How one writes the step to a part of a container."""

Opened = tuple[str, Sequence[Any], Sequence[Any], Make]
"""How to write a step to a part of a container, the keys, the parts, and how to make another."""


class Structure(NamedTuple):
    """A container without its leaves."""

    step: str
    keys: Sequence[Any]
    parts: tuple[Structure, ...]
    make: Make | None

    def build(self, leaves: Iterable[Any]) -> Any:
        """The container with these leaves, in the order of `flatten`."""
        return self.built(iter(leaves))

    def built(self, leaves: Iterator[Any]) -> Any:
        """The container with the next leaves."""
        if self.make is None:
            return next(leaves)
        return self.make([part.built(leaves) for part in self.parts])

    @property
    def steps(self) -> tuple[str, ...]:
        """Where each part stands."""
        return _written(self.step, self.keys)

    def names(self, start: str = "") -> list[str]:
        """Where each leaf stands, as one would write it.

        >>> flatten({"w": [1.0, 2.0]})[1].names("params")
        ["params['w'][0]", "params['w'][1]"]
        """
        if self.make is None:
            return [start]
        pairs = zip(self.steps, self.parts, strict=True)
        return [name for step, part in pairs for name in part.names(start + step)]

    def match(self, other: Any, what: str) -> list[Any]:
        """The leaves of a container of this structure, which `what` names in an error.

        None stands for any container, and gives None for each of its leaves. Raises `ArgumentError`
        for another structure.

        >>> flatten({"w": 1.0, "b": (2.0, 3.0)})[1].match({"b": None, "w": 4.0}, "the tangent")
        [4.0, None, None]
        """
        if self.make is None:
            return [other]
        if other is None:
            return [None] * len(self.names())
        step, keys, parts, _ = _opened(other) or NOTHING
        steps = _written(step, keys)
        if sorted(steps) != sorted(self.steps):
            raise ArgumentError(
                f"{what} is a container like its operand's, with one part for each of its "
                f"{', '.join(self.steps)}, or None in its place; got {other!r:.80}"
            )
        found = dict(zip(steps, parts, strict=True))
        pairs = zip(self.steps, self.parts, strict=True)
        return [leaf for step, part in pairs for leaf in part.match(found[step], what)]


LEAF = Structure("", (), (), None)

NOTHING: Opened = ("", (), (), lambda parts: None)


def flatten(value: Any) -> tuple[list[Any], Structure]:
    """The leaves of a container, in order, and its structure; anything else is a leaf itself.

    Raises `ArgumentError` for containers nested too deeply, or in themselves.

    >>> leaves, structure = flatten((1.0, {"w": [2.0]}))
    >>> leaves, structure.build([10.0, 20.0])
    ([1.0, 2.0], (10.0, {'w': [20.0]}))
    """
    leaves: list[Any] = []
    return leaves, flatten_into(leaves, value)


def flatten_into(leaves: list[Any], value: Any, level: int = 0) -> Structure:
    """Append the leaves of a container to `leaves`, and return its structure; see `flatten`."""
    opened = _opened(value)
    if opened is None:
        leaves.append(value)
        return LEAF
    if level > MOST_LEVELS:
        raise ArgumentError(f"containers are nested at most {MOST_LEVELS} deep")
    step, keys, parts, make = opened
    structures = tuple([flatten_into(leaves, part, level + 1) for part in parts])
    return Structure(step, keys, structures, make)


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """The container with `function` of each leaf.

    >>> mapped(str, (1, [2]))
    ('1', ['2'])
    """
    leaves, structure = flatten(value)
    return structure.build(map(function, leaves))


def _opened(value: Any) -> Opened | None:
    """A container taken apart one level; None for a leaf."""
    if isinstance(value, (tuple, list)):
        if hasattr(value, "_fields"):
            return FIELD, value._fields, value, type(value)._make  # type: ignore[union-attr]
        return KEY, range(len(value)), value, type(value)
    if isinstance(value, dict):
        return KEY, [*value], [*value.values()], _dict_like(value)
    if dataclasses.is_dataclass(type(value)):
        names = [field.name for field in dataclasses.fields(value)]
        parts = [getattr(value, name) for name in names]
        return FIELD, names, parts, _dataclass_like(type(value), names)
    return NOTHING if value is None else None


def _written(step: str, keys: Iterable[Any]) -> tuple[str, ...]:
    return tuple(map(step.format, keys))


def _dict_like(given: dict[Any, Any]) -> Make:
    """Makes dicts of the class and the keys of `given`, which may change meanwhile."""
    like, keys = copy.copy(given), [*given]

    def make(parts: Sequence[Any]) -> dict[Any, Any]:
        made = copy.copy(like)
        made.update(zip(keys, parts, strict=True))
        return made

    return make


def _dataclass_like(kind: type, names: Sequence[str]) -> Make:
    """Makes instances without `__init__`, which may want other things than fields."""

    def make(parts: Sequence[Any]) -> Any:
        made: Any = object.__new__(kind)
        for name, part in zip(names, parts, strict=True):
            object.__setattr__(made, name, part)
        return made

    return make
