"""numba: imported here and nowhere else, when a kernel is called for the first time."""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import FunctionType
from typing import Any

import llvmlite
import numba
from numba.core import caching, event
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

import einsum_grad
from einsum_grad.kernels.jit import folder
from einsum_grad.kernels.jit.layout import Layout, specialized_source
from einsum_grad.progress import progress

_VERSIONS = (einsum_grad.__version__, numba.__version__, llvmlite.__version__, sys.version)


def compiled(function: FunctionType, options: Mapping[str, Any], layout: Layout) -> Any:
    """The function compiled by numba, for each dtype when it is called with that."""
    source = specialized_source(function.__code__.co_argcount, layout) if layout else ""
    meaning = repr((_meaning(function), sorted(map(repr, options.items())), source))
    own = FunctionType(function.__code__, function.__globals__, function.__name__)
    # The name is part of the symbols of machine code: that of two processes must not share any.
    own.__qualname__ = f"{function.__name__}_{hashlib.sha256(meaning.encode()).hexdigest()}"
    own.__module__ = __name__  # what is loaded from disk is looked up in a module that there is
    if layout:
        own = _specialized(own, options, source)
    made: Any = numba.njit(**options)(own)
    made._cache = _Cache(meaning)
    return made


def _specialized(function: FunctionType, options: Mapping[str, Any], source: str) -> Any:
    """A function that calls `function` for arrays of that layout, and is compiled with it."""
    names = {"kernel": numba.njit(inline="always", **options)(function)}
    exec(compile(source, "<einsum-grad specialized>", "exec"), names)
    specialized: Any = names["specialized"]
    specialized.__qualname__, specialized.__module__ = function.__qualname__, __name__
    return specialized


def _meaning(function: FunctionType) -> tuple[Any, ...]:
    """All that a compiled function depends on but its options, and what it is called with."""
    code = function.__code__
    used = {name: function.__globals__.get(name) for name in code.co_names}
    instructions = code.co_code, code.co_consts, code.co_names, code.co_varnames
    return code.co_name, code.co_argcount, instructions, used


class _Cache(caching._Cache):  # type: ignore[misc]  # numba has no types
    """The machine code of a kernel for each signature, in the folder of kernels."""

    def __init__(self, meaning: str) -> None:
        self._meaning = meaning

    @property
    def cache_path(self) -> str:
        return str(folder.folder())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was compiled for a signature before; None if it is not there, or not usable."""
        target_context.refresh()
        data = folder.read(self._key(sig, target_context.codegen()))
        try:
            return data and CompileResult._rebuild(target_context, *pickle.loads(data))
        except Exception:  # noqa: BLE001  # numba's versions differ in what they raise
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for a signature."""
        folder.write(self._key(sig, data.codegen), dumps(data._reduce()))

    def enable(self) -> None:
        """Nothing: a cache is always enabled."""

    def disable(self) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing: `recompile` is not called."""

    def _key(self, signature: Any, codegen: Any) -> str:
        return repr((_VERSIONS, codegen.magic_tuple(), str(signature), self._meaning))


class _Progress(event.Listener):  # type: ignore[misc]  # numba has no types
    """Says on a terminal that a kernel of ours is being compiled."""

    def __init__(self) -> None:
        self._begun: list[AbstractContextManager[None]] = []

    def on_start(self, event: Any) -> None:
        """Begin: numba compiles one function at a time, and what that calls within it."""
        if _is_ours(event):
            self._begun.append(progress("compiling a kernel"))
            self._begun[-1].__enter__()

    def on_end(self, event: Any) -> None:
        """End, however it ended."""
        if _is_ours(event) and self._begun:
            self._begun.pop().__exit__(None, None, None)


def _is_ours(event: Any) -> bool:
    return isinstance(event.data["dispatcher"]._cache, _Cache)


event.register("numba:compile", _Progress())
