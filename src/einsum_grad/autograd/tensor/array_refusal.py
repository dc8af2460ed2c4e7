"""What is said where an array would be made of a recorded Tensor, as functions of SciPy do."""

from __future__ import annotations

from types import FrameType

from einsum_grad.autograd.tape.unrecorded import ARRAY

OURS = ("logsumexp", "softmax", "log_softmax")
"""Functions of scipy.special that are names of einsum_grad itself."""


def array_refusal(caller: FrameType | None) -> str:
    """Name the function of SciPy that asks for an array, if one does, and what takes Tensors."""
    asked = ""
    while caller and _module(caller).startswith("scipy."):
        asked = _public(caller) or asked
        caller = caller.f_back
    if not asked:
        return ARRAY
    _, package, function = asked.split(".")
    return (
        f"{asked} would make an array of a Tensor that requires a gradient, and lose it: "
        f"{_instead(package, function)}, or pass x.data for the array"
    )


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _public(frame: FrameType) -> str:
    """The function of SciPy that runs here, or that a decorator of SciPy's runs here as `f`."""
    name, module = frame.f_code.co_name, _module(frame)
    if name == "wrapper":
        decorated = frame.f_locals.get("f")
        name, module = getattr(decorated, "__name__", "_"), getattr(decorated, "__module__", "._")
    package = module.split(".")[1]
    return "" if "_" in (name[0], package[0]) else f"scipy.{package}.{name}"


def _instead(package: str, function: str) -> str:
    if package == "fft":
        return f"use np.fft.{function}"
    if function in OURS:
        return f"use eg.{function}"
    return f"einsum_grad.scipy.{package} has functions that take Tensors"
