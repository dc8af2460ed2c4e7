"""Patterns of many operands, spelled by loops: chains and matrix product states."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from opt_einsum import get_symbol  # type: ignore[import-untyped]  # it has none

from benchmarks.case import Case


def chain(name: str, sizes: Sequence[int]) -> Case:
    """The product of matrices; matrix n is (sizes[n], sizes[n + 1])."""
    labels = [get_symbol(number) for number in range(len(sizes))]
    terms = [a + b for a, b in pairwise(labels)]
    shapes = tuple(pairwise(sizes))
    return Case(name, f"{','.join(terms)}->{labels[0]}{labels[-1]}", shapes)


def chain_on_vector(name: str, matrices: int, size: int) -> Case:
    """The product of square matrices with a vector behind them."""
    labels = [get_symbol(number) for number in range(matrices + 1)]
    terms = [a + b for a, b in pairwise(labels)]
    shapes = ((size, size),) * matrices
    return Case(name, f"{','.join([*terms, labels[-1]])}->{labels[0]}", (*shapes, (size,)))


def mps_terms(sites: int, first: int, physical: Sequence[str]) -> list[str]:
    """The terms of a matrix product state whose bonds are the symbols from `first` on."""
    bonds = ["", *(get_symbol(first + number) for number in range(sites - 1)), ""]
    return [bonds[site] + physical[site] + bonds[site + 1] for site in range(sites)]


def mps_shapes(sites: int, bond: int, physical: int) -> list[tuple[int, ...]]:
    """The shapes of those terms."""
    return [(physical, bond), *[(bond, physical, bond)] * (sites - 2), (bond, physical)]


def mps_overlap(name: str, sites: int, bond: int, physical: int) -> Case:
    """The scalar product of two matrix product states."""
    shared = [get_symbol(number) for number in range(sites)]
    ket = mps_terms(sites, sites, shared)
    bra = mps_terms(sites, 2 * sites, shared)
    pairs = [term for pair in zip(ket, bra, strict=True) for term in pair]
    shapes = [shape for shape in mps_shapes(sites, bond, physical) for _ in range(2)]
    return Case(name, f"{','.join(pairs)}->", tuple(shapes))


def mps_on_data(name: str, sites: int, bond: int, physical: int, batch: int) -> Case:
    """A matrix product state with a vector for each site, for each of `batch` samples."""
    shared = [get_symbol(number + 1) for number in range(sites)]
    states = mps_terms(sites, sites + 1, shared)
    data = [get_symbol(0) + label for label in shared]
    shapes = (*[(batch, physical)] * sites, *mps_shapes(sites, bond, physical))
    return Case(name, f"{','.join([*data, *states])}->{get_symbol(0)}", shapes)


def named_chain(matrices: int) -> tuple[str, list[tuple[int, ...]]]:
    """A chain in words for labels, of which there are more than letters; its tiny shapes."""
    terms = [f"k{number} k{number + 1}" for number in range(matrices)]
    return f"{', '.join(terms)} -> k0 k{matrices}", [(2, 2)] * matrices


def named_mps_on_data(sites: int) -> tuple[str, list[tuple[int, ...]]]:
    """A matrix product state of many sites with a vector for each."""
    data = [f"p{site}" for site in range(sites)]
    terms = [*data, *_named_mps("k", sites)]
    return f"{', '.join(terms)} ->", [*[(2,)] * sites, *mps_shapes(sites, 2, 2)]


def named_mps_overlap(sites: int) -> tuple[str, list[tuple[int, ...]]]:
    """The scalar product of two matrix product states of many sites."""
    terms = [*_named_mps("k", sites), *_named_mps("b", sites)]
    return f"{', '.join(terms)} ->", mps_shapes(sites, 2, 2) * 2


def _named_mps(bond: str, sites: int) -> list[str]:
    inner = [f"{bond}{site} p{site} {bond}{site + 1}" for site in range(1, sites - 1)]
    last = sites - 1
    return [f"p0 {bond}1", *inner, f"{bond}{last} p{last}"]
