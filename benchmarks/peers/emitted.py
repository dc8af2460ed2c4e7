"""What the emitted module of a problem defines."""

from __future__ import annotations

from typing import Any

import einsum_grad as eg
from benchmarks.case import Problem


def functions_of(problem: Problem, target: str) -> dict[str, Any]:
    """Return the functions of the module for the shapes of the problem, by name."""
    shapes = [array.shape for array in problem.operands]
    text = eg.emit(problem.pattern, target=target, shapes=shapes, bare=True)
    defined: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(text, f"<{target}: {problem.case.name}>", "exec"), defined)
    return defined
