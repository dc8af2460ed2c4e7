"""The generated modules, each written and executed once."""

from __future__ import annotations

from dataclasses import replace

from einsum_grad.emit import Target, write
from einsum_grad.lower import PLAIN, Gaps, Traits, lowering
from einsum_grad.plan import AUTO, Order, Pattern
from einsum_grad.runtime.allocation import check_allocatable
from einsum_grad.runtime.cache import Cache
from einsum_grad.runtime.load import Loaded, load
from einsum_grad.runtime.scales import like, remember

MODULES: Cache[Loaded] = Cache(maxsize=1024)
"""The generated modules by what they depend on; many shapes share one."""


def load_module(
    pattern: Pattern,
    wrt: tuple[int, ...],
    target: Target,
    sizes: dict[str, int],
    traits: Traits = PLAIN,
    itemsize: int = 8,
    order: Order = AUTO,
    gaps: Gaps = frozenset(),
    exact: bool = True,
    run: bool = False,
) -> Loaded:
    """The module of `pattern`, written and executed once.

    The sizes of output-only labels are part of it. The others choose the path, the call for arrays
    of one element, and how large arrays are blocked; those that choose the same share the module.
    Unless they are `exact`, the module is for operands of any sizes. With `run` it raises
    `AllocationError` for an array that no address space holds.
    """
    found = lowering(pattern, wrt, target.form, sizes, traits, itemsize, order, gaps, exact)
    if run:
        check_allocatable(found.made, found.sizes, itemsize, len(pattern.inputs))
    key = (target.name, found.key)
    scale = like(key, found.scale)

    def build() -> Loaded:
        program = replace(found, scale=scale).program()
        loaded = load(write(program, target), str(found.pattern))
        remember(key, scale)
        return loaded

    return MODULES.get((key, scale), build)
