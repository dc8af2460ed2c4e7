"""The reference of the API: every public name, in groups, from its docstring."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

import einsum_grad as eg

REFERENCE: Mapping[str, tuple[str, ...]] = {
    "Compiled patterns": ("compile", "Function", "einsum", "einops_einsum"),
    "Explanations, drawings and code": ("explain", "Explanation", "draw", "Drawing", "emit"),
    "Proofs and guesses": ("Certificate", "certify_module", "check_guess", "Verdict"),
    "Jacobians and Hessians": ("LinearPattern", "LinearMap"),
    "Expressions": ("derive", "Derived"),
    "Tensors": (
        "Tensor",
        "array",
        "no_grad",
        "relu",
        "sigmoid",
        "softplus",
        "softmax",
        "log_softmax",
        "logsumexp",
    ),
    "Transforms": (
        "grad",
        "value_and_grad",
        "jvp",
        "hvp",
        "jacobian",
        "hessian",
        "check_gradients",
    ),
    "Primitives of one's own": ("primitive", "Primitive"),
    "The process": ("set_num_threads", "get_num_threads", "cache_info", "cache_clear"),
    "Errors": ("EinsumGradError",),
}
"""The public names by what they are for."""

ELSEWHERE = {"TARGETS", "scipy", "__version__"}
"""Public names without a docstring of their own; the first paragraphs have them."""


def page() -> str:
    """The page, with a directive of mkdocstrings for each name."""
    return "\n".join([_HEAD, *_chapters()])


def _chapters() -> Iterator[str]:
    for title, names in REFERENCE.items():
        yield f"## {title}\n\n```{{eval-rst}}\n.. currentmodule:: einsum_grad\n"
        for name in names:
            kind = "class" if inspect.isclass(getattr(eg, name)) else "function"
            yield f".. auto{kind}:: einsum_grad.{name}\n"
        yield "```\n"


_HEAD = f"""\
# The API

What `import einsum_grad as eg` offers. `eg.TARGETS` are the targets by their names:
{", ".join(eg.TARGETS)}.
`eg.scipy` has the functions of SciPy that NumPy can't dispatch, under SciPy's names;
[supported functions](supported-functions.md) lists them.
"""
