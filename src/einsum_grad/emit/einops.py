"""The target `einops`, for readers: np.einsum for the reduced pattern, einops for the axes."""

from __future__ import annotations

from einsum_grad.emit.context import Context
from einsum_grad.emit.numpy import contract
from einsum_grad.emit.steps import COMMON, LETTERS, einsum, expression, merge, units
from einsum_grad.emit.target import NUMPY_LIBRARY, Library, Target
from einsum_grad.lower import Op, Step
from einsum_grad.plan import ELLIPSIS, Labels, diagonals


def _contract(step: Step, context: Context) -> tuple[str, ...]:
    few = len(step.pattern.labels()) <= LETTERS
    return expression(einsum)(step, context) if few else contract(step, context)


def _repeat(step: Step, context: Context) -> str:
    (arg,), output = step.args, step.result.labels
    new = [label for label in output if label not in arg.labels]
    sizes = ", ".join(f"{label}={context.size(label)}" for label in new)
    # A contraction to no axis returns a NumPy scalar, which einops does not take.
    name = arg.name if arg.labels else f"np.asarray({arg.name})"
    return f'einops.repeat({name}, "{_arrow(arg.labels, output)}", {sizes})'


# einops takes each name once, so an array with a label twice is left to NumPy.


def _rearrange(step: Step, context: Context) -> str:
    (arg,), output = step.args, step.result.labels
    if diagonals(arg.labels):
        return units(step, context)
    name = arg.name if arg.labels else f"np.asarray({arg.name})"
    return f'einops.rearrange({name}, "{_arrow(arg.labels, output)}")'


def _merge(step: Step, context: Context) -> str:
    (arg,) = step.args
    if diagonals(arg.labels):
        return merge(step, context)
    merged = tuple(f"({label})" if label == ELLIPSIS else label for label in arg.labels)
    return f'einops.rearrange({arg.name}, "{_arrow(arg.labels, merged)}")'


def _arrow(given: Labels, output: Labels) -> str:
    return f"{' '.join(given)} -> {' '.join(output)}".strip()


EINOPS = Target(
    name="einops",
    libraries=(Library("einops", "import einops", "einops."), NUMPY_LIBRARY),
    fast=False,
    steps={
        **COMMON,
        Op.CONTRACT: _contract,
        Op.REPEAT: expression(_repeat),
        Op.UNITS: expression(_rearrange),
        Op.MERGE: expression(_merge),
    },
)
