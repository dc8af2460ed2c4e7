"""The generated modules, each written and executed once."""

from __future__ import annotations

from dataclasses import replace

from einsum_grad.emit import Target, write, write_tangents
from einsum_grad.lower import Lowering
from einsum_grad.runtime.cache import Cache
from einsum_grad.runtime.generated.load import Loaded, load
from einsum_grad.runtime.generated.scales import like, remember

MODULES: Cache[Loaded] = Cache(maxsize=1024)
"""The generated modules by what they depend on; many shapes share one."""

Along = tuple[str, tuple[int, ...]]
"""A function along tangents, "jvp" or "hvp", and the operands that move."""


def load_module(found: Lowering, target: Target, along: Along | None = None) -> Loaded:
    """The module of a pattern, or that of one of its functions along tangents.

    Sizes of output-only labels are part of it. The others choose the path, the call for arrays
    of one element, and how large arrays are blocked; those that choose the same share the module.
    """
    key = (target.name, along, found.key)
    scale = like(key, found.scale)

    def build() -> Loaded:
        chosen, name = replace(found, scale=scale), str(found.pattern)
        if along is None:
            loaded = load(write(chosen.program(), target), name)
        else:
            source = write_tangents(chosen.tangents(*along), target, along[0])
            loaded = load(source, f"{along[0]} of {name}")
        remember(key, scale)
        return loaded

    return MODULES.get((key, scale), build)
