"""The values of Tensors: those of recorded ones have to be asked for.

A number or an array made from a recorded Tensor has no graph behind it, so nothing computed from it
has a gradient. Where Python or NumPy ask for one implicitly, the Tensor refuses; `x.item()` and
`x.data` ask for it.
"""

from __future__ import annotations

from typing import Any

from einsum_grad.autograd.tape.mode import is_recording
from einsum_grad.autograd.tape.nodes import Traced
from einsum_grad.errors import AutogradError

NUMBER = (
    "{} of a Tensor that requires a gradient would lose it: compute with operators and NumPy's "
    "functions (np.exp(x), not math.exp(x)), or ask for the number with x.item()"
)
ARRAY = (
    "an array made of a Tensor that requires a gradient would lose it: of several make one with "
    "np.stack or einsum_grad.array, as in np.mean(np.stack([x, y])), with np.concatenate for np.r_ "
    "and np.stack(…, axis=1) for np.c_; repeat one with np.broadcast_to, for np.full; or ask for "
    "the array with x.data"
)
INTO = (
    "{} of a Tensor can't write into an array (out= or an augmented assignment to an array): "
    "what is recorded must not change; use the result, or write x.data"
)
FILLED = (
    "{} of a Tensor that requires a gradient would lose it: np.stack, np.concatenate and np.where "
    "make arrays of Tensors, np.broadcast_to repeats one; or write x.data"
)


def is_recorded(value: Any) -> bool:
    """Whether this is a Tensor whose operations are recorded here."""
    return isinstance(value, Traced) and value._node is not None and is_recording()


def unrecorded(value: Any, message: str) -> Any:
    """`value` with Tensors replaced by their arrays, in lists and tuples too.

    Raises `AutogradError(message)` for a Tensor that is recorded.

    >>> unrecorded([1.0, "K"], "lost")
    [1.0, 'K']
    """
    if isinstance(value, (list, tuple)):
        parts = (unrecorded(one, message) for one in value)
        return tuple(parts) if isinstance(value, tuple) else list(parts)
    if is_recorded(value):
        raise AutogradError(message)
    return value._array if isinstance(value, Traced) else value
