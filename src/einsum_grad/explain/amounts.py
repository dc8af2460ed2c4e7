"""Readable amounts: flops and bytes with unit prefixes, and flops in terms of labels."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from einsum_grad.explain.spelling import Spelling, abridged
from einsum_grad.lower.cost import Term
from einsum_grad.plan import ELLIPSIS

_FLOPS = ("flop", "kflop", "Mflop", "Gflop", "Tflop", "Pflop", "Eflop")
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def in_flops(number: int) -> str:
    """A number of flops.

    >>> in_flops(96), in_flops(8_388_608), in_flops(10**30), in_flops(0)
    ('96 flop', '8.4 Mflop', '1.0e+12 Eflop', 'no arithmetic')
    """
    return _scaled(number, 1000, _FLOPS) if number else "no arithmetic"


def in_bytes(number: int) -> str:
    """A number of bytes.

    >>> in_bytes(1000), in_bytes(262144)
    ('1000 B', '256 KiB')
    """
    return _scaled(number, 1024, _BYTES)


def in_labels(terms: Sequence[Term], spelling: Spelling) -> str:
    """The flops as a sum of products of sizes; a number where every size is known.

    >>> from einsum_grad.explain.spelling import UNICODE
    >>> in_labels((Term(1, ("b", "i")), Term(2, ("i", "j"))), UNICODE)
    'b·i + 2·i·j flops'
    """
    if not any(term.labels for term in terms):
        return in_flops(sum(term.count for term in terms))
    shown = (spelling.more if term is None else _term(term, spelling) for term in abridged(terms))
    return f"{' + '.join(shown)} flops"


def _term(term: Term, spelling: Spelling) -> str:
    times = spelling.times.strip()
    labels = [
        spelling.more if label is None else "(...)" if label == ELLIPSIS else label
        for label in abridged(term.labels)
    ]
    return times.join([str(term.count), *labels][term.count == 1 and bool(labels) :])


def _scaled(number: int, step: int, units: Sequence[str]) -> str:
    power = 0
    while number >= step ** (power + 1) * 0.99995 and power + 1 < len(units):
        power += 1
    if not power:
        return f"{number} {units[0]}"
    # Decimal: the product of many sizes may overflow a float.
    scaled = Decimal(number) / step**power
    shown = f"{scaled:.1f}" if scaled < 1_000_000 else f"{scaled:.1e}"
    return f"{shown.removesuffix('.0')} {units[power]}"
