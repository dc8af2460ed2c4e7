"""The target `einops`, for readers: np.einsum for the reduced pattern, einops for the axes."""

from __future__ import annotations

from einsum_grad.emit.axes import merged, with_units
from einsum_grad.emit.spelling import function, rewritten
from einsum_grad.emit.target import Library, Target
from einsum_grad.emit.targets.numpy import NUMPY_LIBRARY, SCRIPT, SPELLINGS, TENSORDOT
from einsum_grad.emit.tree import Call, Expression, call
from einsum_grad.plan import ELLIPSIS, Labels, diagonals

_EINOPS = Library("einops", "einops", "import einops")


def _repeated(
    name: str,
    given: Labels,
    output: Labels,
    shape: Expression,
    new: tuple[tuple[str, Expression], ...],
) -> Expression:
    return Call("repeat", (_array(name, given), _arrow(given, output)), new)


# einops takes each name once, so an array with a label twice is left to NumPy.


def _with_units(name: str, given: Labels, output: Labels) -> Expression:
    if diagonals(given):
        return with_units(name, given, output)
    return call("rearrange", _array(name, given), _arrow(given, output))


def _merged(name: str, labels: Labels) -> Expression:
    if diagonals(labels):
        return merged(name, labels)
    output = tuple(f"({label})" if label == ELLIPSIS else label for label in labels)
    return call("rearrange", name, _arrow(labels, output))


def _array(name: str, labels: Labels) -> Expression:
    """An array: a contraction to no axis returns a NumPy scalar, which einops does not take."""
    return name if labels else call("asarray", name)


def _arrow(given: Labels, output: Labels) -> Call:
    return call("text", f"{' '.join(given)} -> {' '.join(output)}".strip())


EINOPS = Target(
    name="einops",
    libraries=(_EINOPS, NUMPY_LIBRARY),
    script=SCRIPT,
    helpers={"tensordot": TENSORDOT},
    spellings={
        **SPELLINGS,
        "expand": rewritten(_repeated),
        "units": rewritten(_with_units),
        "merge": rewritten(_merged),
        "repeat": function("einops.repeat", _EINOPS.alias),
        "rearrange": function("einops.rearrange", _EINOPS.alias),
    },
)
