"""`Source` to functions: executed with few builtins, its lines known to tracebacks and pdb."""

from __future__ import annotations

import builtins
import functools
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

from einsum_grad.emit import Source
from einsum_grad.kernels.helpers import BLOCKS, HELPERS
from einsum_grad.lower import machine
from einsum_grad.once import once

_LIBRARIES = frozenset({"einops", "math", "numpy"})
_BUILTINS = (
    "SystemExit",
    "ValueError",
    "abs",
    "all",
    "float",
    "isinstance",
    "map",
    "max",
    "print",
    "range",
    "slice",
    "sum",
    "tuple",
    "zip",
)
GENERATED = "<einsum-grad "
"""How the file names of generated modules begin."""

_NUMBERS = itertools.count(1)
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Loaded:
    """What runs of a generated module; `output` and `pullback` take what `save` returns.

    `together` does what all three do, where one pass can.
    """

    source: Source
    name: str
    helpers: Mapping[str, Callable[..., Any]]
    executed: types.ModuleType
    save: Callable[..., Any] | None
    output: Callable[..., Any]
    pullback: Callable[..., Any]
    together: Callable[..., Any] | None
    _modules: dict[str, types.ModuleType] = field(default_factory=dict, compare=False, repr=False)

    @property
    def module(self) -> types.ModuleType:
        """The module with all functions that it has as no script, for those who look at it."""
        source = self.source
        if source.run is None:
            return self.executed
        # functools.cached_property of Python 3.11 holds a lock meanwhile.
        return once(
            self._modules,
            self.name,
            lambda: execute(
                source.text, self.name, _CHECKED, self.helpers, source.needed, source.helpers
            ),
        )


_CHECKED = ("forward", "backward")
"""The functions of every module, which check their operands."""


def load(source: Source, name: str, helpers: Mapping[str, Callable[..., Any]] = HELPERS) -> Loaded:
    """Execute the part of `source` that runs; `name` is how its file is called, beside a number.

    `helpers` take the place of the functions of their names.
    """
    if not source.blas:
        # No threads of a BLAS wait for a core that ours look for work on.
        patient = {
            name: functools.partial(helpers[name], looks=machine.SPINS_OF_WORKER)
            for name in BLOCKS
            if name in helpers
        }
        helpers = {**helpers, **patient}
    layered = source.run is not None
    output, pullback = ("output", "pullback") if layered else _CHECKED
    end = source.run if layered else source.needed
    defines = (output, pullback)
    executed = execute(source.text, name, defines, helpers, end, source.helpers)
    functions = executed.__dict__
    return Loaded(
        source,
        name,
        helpers,
        executed,
        functions.get("save"),
        functions[output],
        functions[pullback],
        functions.get("value_and_gradients"),
    )


def execute(
    text: str,
    name: str,
    defines: Sequence[str],
    helpers: Mapping[str, Callable[..., Any]] = HELPERS,
    needed: int | None = None,
    uses: Collection[str] = (),
) -> types.ModuleType:
    """The module of `text`; raises `NameError` unless it defines all of `defines`.

    Only so many characters are compiled as are `needed`. It has those of the `helpers` that it
    `uses`, or else defines. All lines stay in `linecache`, where tracebacks, `inspect` and pdb look
    for them, as long as the functions live.
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
"""Files whose functions are gone. Their lines go when the next come: a finalizer may run while
linecache goes through its files, and would take one out from under it."""


def _remember(filename: str, text: str, function: Callable[..., Any]) -> None:
    with suppress(IndexError):
        while True:
            linecache.cache.pop(_GONE.popleft(), None)
    # The functions of a module keep each other alive through their globals: one stands for all.
    weakref.finalize(function, _GONE.append, filename).atexit = False
    # An entry without a time of modification is one that linecache.checkcache leaves alone.
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)


def _few_builtins() -> dict[str, Any]:
    return {"__import__": _import, **{name: getattr(builtins, name) for name in _BUILTINS}}


def _import(name: str, *context: Any) -> Any:
    # C code imports through the builtins of whoever called it: NumPy its parts, Python `warnings`
    # to show one. Unlike a statement it passes an empty list, and takes nothing from here: it looks
    # among the loaded modules.
    if name in sys.modules and context[2:3] == ([],):
        return None
    if name.partition(".")[0] not in _LIBRARIES:
        raise ImportError(f"generated code does not import {name}")
    return __import__(name, *context)
