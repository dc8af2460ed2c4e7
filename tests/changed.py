"""Whether a mutant computes anything else than its module: in floating point, at several sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from einsum_grad.emit import TARGETS, Source
from einsum_grad.runtime.generated.load import load
from tests.emit.libraries import module_of
from tests.mutants import POOL, Mutant, Shapes
from tests.strategies import Array


def is_changed(mutant: Mutant) -> bool:
    """Whether what the mutant returns differs from what the module returned, or it raises."""
    of = mutant.subject
    try:
        changed = _loaded(mutant.text, of.target)
    except Exception:  # noqa: BLE001  # any failure is a change
        return True
    original = _loaded(of.text, of.target)
    return any(
        not _agree(original, changed, of.shapes(sizes), numbers, seed)
        for seed, sizes in enumerate(_some_sizes())
        for numbers in (("real", "complex") if TARGETS[of.target].traits else (of.numbers,))
    )


def _some_sizes() -> Iterator[dict[str, int]]:
    yield dict(zip(POOL, (2, 3, 4, 5, 6, 7), strict=True))
    yield dict(zip(POOL, (7, 5, 6, 3, 2, 4), strict=True))
    yield dict.fromkeys(POOL, 3)


def _loaded(text: str, target: str) -> Any:
    return module_of(vars(load(Source(text, "mutant"), "mutant").module), target)


def _agree(original: Any, changed: Any, shapes: Shapes, numbers: str, seed: int) -> bool:
    random = np.random.default_rng(seed)

    def draw(shape: tuple[int, ...]) -> Array:
        drawn: Array = random.normal(size=shape)
        return drawn + 1j * random.normal(size=shape) if numbers == "complex" else drawn

    operands = [draw(shape) for shape in shapes]
    cotangent = draw(np.shape(original.forward(*operands)))
    expected = _results(original, cotangent, operands)
    try:
        got = _results(changed, cotangent, operands)
    except Exception:  # noqa: BLE001  # any failure is a change
        return False
    return len(got) == len(expected) and all(map(_alike, got, expected))


def _results(module: Any, cotangent: Array, operands: Sequence[Array]) -> list[Any]:
    """The output, as often as there are functions for it, and the gradients."""
    cotangent, operands = np.array(cotangent), list(map(np.array, operands))
    outputs = [module.forward(*operands)]
    if hasattr(module, "apply"):
        outputs.append(module.apply(*operands))
    gradients = module.backward(cotangent, *operands)
    if not isinstance(gradients, tuple):
        raise TypeError("backward returns no tuple")
    return [*outputs, *gradients]


def _alike(one: Any, other: Any) -> bool:
    return (
        hasattr(one, "dtype")
        and one.dtype == other.dtype
        and np.shape(one) == np.shape(other)
        and np.allclose(one, other, rtol=1e-9, atol=1e-9)
    )
