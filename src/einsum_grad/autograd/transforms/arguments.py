"""Which arguments a derivative is by, and the leaves of those."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from einsum_grad.autograd.transforms.containers import Structure, flatten_into
from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.syntax import bounded


class Inputs(NamedTuple):
    """The arguments of a call; of those that a derivative is by, the leaves and the structures."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    single: bool
    positions: tuple[int, ...]
    leaves: list[Any]
    structures: tuple[Structure, ...]

    def names(self) -> list[str]:
        """Where each leaf stands among the arguments."""
        pairs = zip(self.positions, self.structures, strict=True)
        return [name for position, each in pairs for name in each.names(f"{position}")]

    def args_with(self, leaves: Iterable[Any]) -> list[Any]:
        """The positional arguments with other leaves."""
        args = list(self.args)
        for position, container in zip(self.positions, self._built(leaves), strict=True):
            args[position] = container
        return args

    def shaped(self, leaves: Iterable[Any]) -> Any:
        """Containers like the arguments: one, or a tuple of them if argnums is a sequence."""
        made = self._built(leaves)
        return made[0] if self.single else tuple(made)

    def match(self, tangents: Any) -> list[Any]:
        """The leaves of containers like the arguments, shaped as `shaped` returns them."""
        given = (tangents,) if self.single else tangents
        if not isinstance(given, Sequence) or len(given) != len(self.positions):
            raise ArgumentError(
                "tangents is a tuple with one for each operand, or None in its place"
            )
        pairs = zip(self.structures, given, strict=True)
        return [leaf for each, tangent in pairs for leaf in each.match(tangent, "a tangent")]

    def _built(self, leaves: Iterable[Any]) -> list[Any]:
        left = iter(leaves)
        return [structure.built(left) for structure in self.structures]


@dataclass(frozen=True, slots=True)
class Argnums:
    """The positions of arguments, from the end where negative; `single` if it was one number."""

    single: bool
    positions: tuple[int, ...]

    def of(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Inputs:
        """Take apart the arguments of a call.

        Raises `ArgumentError` for a position at which no argument was given.
        """
        positions = _among(self.positions, len(args))
        leaves: list[Any] = []
        structures = tuple([flatten_into(leaves, args[position]) for position in positions])
        return Inputs(args, kwargs, self.single, positions, leaves, structures)


def read_argnums(argnums: int | Sequence[int]) -> Argnums:
    """Read a position or several; raises `ArgumentError` or `ArgumentTypeError` for others.

    >>> read_argnums((0, -1))
    Argnums(single=False, positions=(0, -1))
    """
    single = not isinstance(argnums, Sequence)
    numbers: Any = [argnums] if single else argnums
    try:
        positions = tuple(map(_position, bounded(numbers, "positions in argnums")))
    except TypeError:
        raise ArgumentTypeError(
            f"argnums is the position of an argument or several, and not {argnums!r:.80}"
        ) from None
    _check_distinct(positions)
    return Argnums(single, positions)


@functools.lru_cache(maxsize=256)
def _among(positions: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The positions among `count` arguments, counted from 0."""
    for position in positions:
        if not -count <= position < count:
            raise ArgumentError(
                f"argnums names argument {position}, and {count} were given by position"
            )
    counted = tuple(position % count for position in positions)
    _check_distinct(counted)
    return counted


def _check_distinct(positions: tuple[int, ...]) -> None:
    if not positions or len(set(positions)) < len(positions):
        raise ArgumentError(f"argnums names at least one argument, and none twice: {positions}")


def _position(number: Any) -> int:
    if isinstance(number, bool):
        raise TypeError
    return operator.index(number)
