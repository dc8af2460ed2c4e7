"""The generated modules, each written and executed once."""

from __future__ import annotations

from einsum_grad.emit import Target, path_of, program_along, write
from einsum_grad.lower import PLAIN, Gaps, Traits, scale_of
from einsum_grad.plan import AUTO, Order, Pattern, arrays, singletons, spell
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
    spelled = spell(pattern)
    safe = pattern.rename(spelled)
    own = {spelled[label]: size for label, size in sizes.items() if label in spelled}
    fixed = tuple(safe.output_sizes(own).items())
    path = path_of(safe, target, own, order)
    made = arrays(safe, path)
    if run:
        check_allocatable(made[len(safe.inputs) :], own, itemsize, len(safe.inputs))
    numbers = not exact or singletons(safe, path, own)
    key = (safe, wrt, target.name, traits, fixed, path, numbers)
    asked = scale_of(made, own, itemsize, gaps) if target.out_argument else None
    scale = like(key, asked)

    def build() -> Loaded:
        program = program_along(safe, path, wrt, target, own, traits, scale, numbers)
        loaded = load(write(program, target), str(safe))
        remember(key, scale)
        return loaded

    return MODULES.get((key, scale), build)
