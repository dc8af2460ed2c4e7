"""Arrays of the libraries whose code is certified: of NumPy's arrays, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.certify.library import STANDARD
from einsum_grad.certify.residue import Array
from einsum_grad.installed import imported


@dataclass(frozen=True, slots=True)
class Arrays:
    """A library's arrays.

    `kinds` are their classes, `given` makes one of NumPy's array, `back` is the reverse, and within
    `context` the library computes in double precision, on the processor where it can.
    """

    library: str
    kinds: Any = (np.ndarray, np.generic)
    given: Callable[[Array], Any] = lambda array: array
    back: Callable[[Any], Array] = np.asarray
    context: Callable[[], AbstractContextManager[Any]] = nullcontext


NUMPY_ARRAYS = Arrays("NumPy")


def _torch() -> Arrays:
    torch = imported("torch")
    return Arrays(
        "PyTorch",
        (torch.Tensor,),
        lambda array: torch.from_numpy(array.copy()),
        lambda tensor: tensor.numpy(force=True),
        lambda: torch.device("cpu"),
    )


def _jax() -> Arrays:
    jax = imported("jax")
    # Older ones have the switch among what is experimental.
    wide = jax if hasattr(jax, "enable_x64") else imported("jax.experimental")
    try:
        device = jax.devices("cpu")[0]
    except RuntimeError:  # the process has turned it off
        device = None

    @contextmanager
    def doubles() -> Iterator[None]:
        with wide.enable_x64(True), jax.default_device(device):
            yield

    return Arrays("JAX", (jax.Array,), jax.numpy.array, np.asarray, doubles)


ARRAYS: Mapping[str, Callable[[], Arrays]] = {
    "torch": _torch,
    "jax": _jax,
    STANDARD: lambda: NUMPY_ARRAYS,
}
"""The libraries whose code is run in double precision; they are imported when asked for."""
