"""Whether the peers agree: outputs and gradients, held against torch's, or else jax's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.case import Array, Case, Explicit
from benchmarks.peers import RIVALS

TOLERANCES = {"float32": 1e-4, "float64": 1e-10}
"""How far a result may be off, relative to the scale of its array."""


def disagreements(case: Case, results: Mapping[str, Sequence[Array]], dtype: str) -> dict[str, str]:
    """Return what is wrong with each peer's results, for those that are wrong."""
    reference = next((peer for peer in RIVALS if peer in results), None)
    if reference is None:
        return {}
    usual = deviations(case.explicit)
    found = {
        peer: _difference(arrays, results[reference], usual, TOLERANCES[dtype])
        for peer, arrays in results.items()
    }
    return {peer: f"{text}, unlike {reference}" for peer, text in found.items() if text}


def deviations(explicit: Explicit) -> list[float]:
    """The standard deviations of the output and the gradients, if all numbers given have 1.

    That of a sum of n products is the root of n. What rounding loses goes with that, also where
    the sum happens to be near zero.
    """
    sizes = explicit.sizes
    everything = math.prod(sizes.values())
    terms = (explicit.output, *explicit.inputs)
    own = (math.prod(sizes[label] for label in set(term)) for term in terms)
    return [math.sqrt(everything / count) for count in own]


def _difference(
    got: Sequence[Array], expected: Sequence[Array], usual: Sequence[float], tolerance: float
) -> str:
    if len(got) != len(expected):
        return f"{len(got)} arrays"
    for number, (mine, right) in enumerate(zip(got, expected, strict=True)):
        name = f"gradient {number - 1}" if number else "the output"
        if mine.shape != right.shape:
            return f"{name} has shape {mine.shape}, not {right.shape}"
        off = np.max(np.abs(mine - right), initial=0.0)
        scale = max(np.max(np.abs(right), initial=0.0), usual[number])
        if not off <= tolerance * scale:  # not: a nan is no agreement
            return f"{name} is off by {off:.2e} of {scale:.2e}"
    return ""
