"""`Source` to functions: executed with few builtins, its lines known to tracebacks and pdb."""

from __future__ import annotations

import builtins
import itertools
import linecache
import sys
import types
import weakref
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from einsum_grad.emit.source import CHECKED, Source
from einsum_grad.installed import installed
from einsum_grad.kernels.helpers import HELPERS
from einsum_grad.once import once

_LIBRARIES = frozenset({"array_api_compat", "einops", "jax", "math", "numpy", "torch"})
_BUILTINS = (
    "ImportError",
    "ModuleNotFoundError",
    "SystemExit",
    "TypeError",
    "ValueError",
    "abs",
    "all",
    "any",
    "bool",
    "float",
    "hasattr",
    "int",
    "isinstance",
    "len",
    "list",
    "map",
    "max",
    "next",
    "print",
    "range",
    "slice",
    "sorted",
    "sum",
    "tuple",
    "zip",
)
GENERATED = "<einsum-grad "
"""How the file names of generated modules begin."""

_NUMBERS = itertools.count(1)
_LONGEST_NAME = 40


_COMPUTING = ("save", "output", "pullback", "value_and_gradients")
_CHECKING = {"output": "forward", "pullback": "backward"}


@dataclass(frozen=True)
class Loaded:
    """A generated module, executed as far as calls need it."""

    source: Source
    name: str
    helpers: Mapping[str, Callable[..., Any]]
    executed: types.ModuleType
    _modules: dict[str, types.ModuleType] = field(default_factory=dict, compare=False, repr=False)

    @property
    def functions(self) -> Mapping[Any, Callable[..., Any] | None]:
        """`save`, `output`, `pullback` and `value_and_gradients`; None for one that it lacks.

        Those that check operands stand in where there are no others.
        """
        found = vars(self.executed)
        named = _CHECKING if self.source.functions == CHECKED else {}
        return {name: found.get(named.get(name, name)) for name in _COMPUTING}

    @property
    def module(self) -> types.ModuleType:
        """The module with all functions but those of a script, for inspection."""
        source = self.source
        if source.run is None:
            return self.executed
        # functools.cached_property of Python 3.11 holds a lock while it computes.
        return once(
            self._modules,
            self.name,
            lambda: execute(
                source.text, self.name, CHECKED, self.helpers, source.needed, source.helpers
            ),
        )


def load(source: Source, name: str, helpers: Mapping[str, Callable[..., Any]] = HELPERS) -> Loaded:
    """Execute the part of `source` that runs; `name` is in the name of its file, beside a number.

    `helpers` replace the functions of the same names.
    """
    end = source.needed if source.run is None else source.run
    executed = execute(source.text, name, source.functions, helpers, end, source.helpers)
    return Loaded(source, name, helpers, executed)


def execute(
    text: str,
    name: str,
    defines: Sequence[str],
    helpers: Mapping[str, Callable[..., Any]] = HELPERS,
    needed: int | None = None,
    uses: Collection[str] = (),
) -> types.ModuleType:
    """The module of `text`; raises `NameError` unless it defines all of `defines`.

    Only the first `needed` characters are compiled. It gets those of the `helpers` that it `uses`
    or defines. All lines stay in `linecache`, where tracebacks, `inspect` and pdb look for them, as
    long as the functions live.
    """
    filename = f"{GENERATED}{next(_NUMBERS)}: {name[:_LONGEST_NAME]}>"
    module = types.ModuleType("einsum_grad_generated")
    module.__file__ = filename
    functions = module.__dict__
    functions["__builtins__"] = _few_builtins()
    exec(compile(text[:needed], filename, "exec"), functions)
    for function in defines:
        if function not in functions:
            raise NameError(f"it does not define {function}")
    own = {name: helpers[name] for name in helpers if name in uses or name in functions}
    functions.update(own)
    _remember(filename, text, functions[defines[0]])
    return module


_GONE: deque[str] = deque()
"""Files whose functions are gone. Their lines are dropped when the next are added: a finalizer may
run while linecache iterates over its files, and must not remove one."""


def _remember(filename: str, text: str, function: Callable[..., Any]) -> None:
    with suppress(IndexError):
        while True:
            linecache.cache.pop(_GONE.popleft(), None)
    # The functions of a module keep each other alive through their globals: one stands for all.
    weakref.finalize(function, _GONE.append, filename).atexit = False
    # linecache.checkcache leaves an entry without a modification time alone.
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)


def _few_builtins() -> dict[str, Any]:
    return {"__import__": _import, **{name: getattr(builtins, name) for name in _BUILTINS}}


def _import(name: str, *context: Any) -> Any:
    # C code imports through its caller's builtins: NumPy its parts, Python `warnings` to show one.
    # Unlike a statement it passes an empty list and ignores what this returns: it looks among the
    # loaded modules.
    if name in sys.modules and context[2:3] == ([],):
        return None
    if name.partition(".")[0] not in _LIBRARIES:
        raise ImportError(f"generated code does not import {name}")
    with installed(name):
        return __import__(name, *context)
