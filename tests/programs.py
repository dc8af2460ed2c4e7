"""Programs for tests: what a target writes for a pattern, or what comes of a path that is given."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from typing import Any

from einsum_grad import lower
from einsum_grad.emit import Target
from einsum_grad.lower import PLAIN, Lowering, Program, Scale, Traits
from einsum_grad.plan import Path, Pattern
from einsum_grad.runtime import Specializations
from einsum_grad.runtime.specialization import Specialization


def program_of(
    pattern: Pattern,
    wrt: tuple[int, ...],
    target: Target,
    sizes: Mapping[str, int],
    *args: Any,
    **options: Any,
) -> Program:
    """The program that `target` writes."""
    return lower.lowering(pattern, wrt, target.form, sizes, *args, **options).program()


def path_of(pattern: Pattern, target: Target, sizes: Mapping[str, int]) -> Path | None:
    """The path along which `target` contracts `pattern`."""
    return lower.path_of(pattern, target.form, sizes)


def along(
    pattern: Pattern,
    path: Path | None,
    wrt: tuple[int, ...],
    sizes: Mapping[str, int],
    traits: Traits = PLAIN,
) -> Program:
    """The program along a path, its axes in no particular order."""
    return Lowering(pattern, wrt, path, sizes, traits, lower.Form(), True, None).lowered()


def program_along(
    pattern: Pattern,
    path: Path | None,
    wrt: tuple[int, ...],
    target: Target,
    sizes: Mapping[str, int],
    traits: Traits,
    scale: Scale | None,
) -> Program:
    """The program that `target` writes along a path, for arrays of a scale."""
    return Lowering(pattern, wrt, path, sizes, traits, target.form, True, scale).program()


def special(known: Specializations, *arrays: Any) -> Specialization:
    """The specialization that runs for arrays that are not of integers."""
    found, _ = known.of(arrays, True)
    assert isinstance(found, Specialization)
    return found


def text_of(found: Specialization) -> str:
    """The text of the module that a specialization runs."""
    return "".join(linecache.getlines(found.functions["output"].__code__.co_filename))
