"""A compiled pattern: what it is made of, what it costs, and whether it is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from einsum_grad import certify
from einsum_grad.errors import ArgumentError
from einsum_grad.functions.certified import certified
from einsum_grad.lower import PLAIN, Cost, Lowering, Traits, cost, lowering, machine
from einsum_grad.lower.partition.tasks import tasks_of
from einsum_grad.plan import ELLIPSIS, GradientPlan, check_labels, read_sizes
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.dtypes import numbers_of
from einsum_grad.runtime.generated.load import Loaded
from einsum_grad.runtime.generated.modules import load_module
from einsum_grad.runtime.specializations import Specializations


class CompiledPattern:
    """What was asked for, and what was generated for it."""

    __slots__ = ("_arguments", "_request", "_specializations")

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self._specializations = Specializations(arguments)
        self._request = self._specializations.request

    @property
    def pattern(self) -> str:
        """The pattern, its output written out."""
        return str(self._request.pattern)

    @property
    def wrt(self) -> tuple[int, ...]:
        """The positions of the operands whose gradients are computed."""
        return self._request.wrt

    @property
    def plan(self) -> GradientPlan:
        """How every gradient is derived; see `GradientPlan`."""
        return self._request.plan

    @property
    def source(self) -> str:
        """The text of the generated module, for operands whose sizes do not broadcast."""
        return self._module.source.text

    @property
    def module(self) -> Any:
        """The generated module, without what only a script needs: `draw` and `main`.

        `inspect.getsource(f.module)` is `f.source`.
        """
        return self._module.module

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The generated forward, which `inspect` and debuggers look at."""
        forward: Callable[..., Any] = self._module.module.forward
        return forward

    def __repr__(self) -> str:
        return f"<einsum-grad function {self.pattern!r}, gradients of operands {self.wrt}>"

    def cost(
        self,
        sizes: Mapping[str, int],
        dtype: Any = float,
        chunks: Mapping[str, int | tuple[int, ...]] | None = None,
    ) -> Cost:
        """Return what the forward and the backward cost, in flops and bytes.

        `sizes` are those of the labels; numbers are of the dtype of the computation, which for
        float16 is float32. Where the cost is high and a longer search might find a cheaper order of
        contraction, its `hint` says so. With `chunks`, the sizes of the chunks of labels, its
        `tasks` are what Dask arrays of these chunks cost: numbers of tasks, the bytes of the
        largest, and the bytes that tasks read; a label that isn't named is one chunk.

        Raises `ArgumentError` where a size is missing, for a pattern with an ellipsis unless it was
        compiled with `shapes`, and for chunks that don't add up to a size.

        >>> from einsum_grad import compile
        >>> cost = compile("bij,jk->ik").cost({"b": 64, "i": 256, "j": 256, "k": 256})
        >>> cost.forward.flops, cost.backward.flops, cost.saved_bytes
        (37748736, 67108864, 524288)
        >>> sizes = {"i": 8000, "j": 8000, "k": 8000}
        >>> compile("ij,jk->ik").cost(sizes, chunks=dict.fromkeys("ijk", 1000)).tasks.forward
        192
        """
        asked = self._request
        if ELLIPSIS in asked.pattern.labels():
            raise ArgumentError("the cost of an ellipsis needs the shapes: compile(…, shapes=…)")
        fixed, given = dict(asked.sizes), dict(read_sizes(sizes) or ())
        for label in fixed.keys() & given.keys():
            if fixed[label] != given[label]:
                raise ArgumentError(
                    f"{label} was compiled with size {fixed[label]}, not {given[label]}"
                )
        known = fixed | given
        check_labels(known, asked.pattern)
        numbers = numbers_of([np.dtype(dtype)])
        found = self._lowering(known, numbers.traits(True), numbers.computed.itemsize)
        total = cost(found.program(), found.sizes, found.itemsize, asked.order)
        if chunks is None:
            return total
        budget = self._arguments.task_bytes or machine.TASK_BYTES
        of_chunks = (chunks, found.itemsize, asked.order, found.traits, budget)
        return replace(total, tasks=tasks_of(asked.pattern, asked.wrt, known, *of_chunks))

    def certify(
        self,
        sizes: Mapping[str, int] | None = None,
        trials: int = 1,
        numbers: str | Sequence[str] = "real",
        seed: int | None = None,
    ) -> certify.Certificate:
        """Return whether the generated module is right, as a printable `Certificate`.

        It is run on random numbers modulo a large prime, where nothing is rounded: the output has
        to be the einsum, and the gradients its adjoints. Code of another library than NumPy is run
        on that library's arrays, with doubles of which none is rounded. `sizes` are those of
        labels: the module is the one that operands of these sizes, of 8 bytes for a real number,
        would run. It is run at exactly these sizes if that does not take long, else at small ones,
        as for labels without a size. `numbers` is "real" or "complex", or one of the two for each
        operand; complex ones have a module of their own. `seed` makes the random numbers
        reproducible. Raises `ArgumentError` for invalid sizes, trials or numbers, and for more
        operands than doubles are exact for, `MissingLibraryError` if the library isn't installed.

        >>> from einsum_grad import compile
        >>> certificate = compile("bij,jk->ik").certify()
        >>> certificate.is_right, certificate.degree, certificate.bound < 1e-17
        (True, 3, True)
        """
        asked, given = self._request, dict(read_sizes(sizes) or ())
        traits, real = certify.read_numbers(numbers, len(asked.pattern.inputs))
        fixed = asked.pattern.output_sizes(dict(asked.sizes))
        known = dict(asked.sizes) | given
        found = self._lowering(known, traits, traits.itemsize, exact=bool(given))
        text = load_module(found, self._specializations.target).source.text
        library = certify.read_claim(text).library
        claim = certify.Claim(asked.pattern, asked.wrt, tuple(fixed.items()), traits, real, library)
        module = certified(text, str(asked.pattern))
        tried = certify.affordable(asked.pattern, given, fixed)
        return certify.certify(module, claim, tried, trials, seed)

    @property
    def _module(self) -> Loaded:
        return load_module(self._lowering(dict(self._request.sizes)), self._specializations.target)

    def _lowering(
        self,
        sizes: Mapping[str, int],
        traits: Traits = PLAIN,
        itemsize: int = PLAIN.itemsize,
        exact: bool = False,
    ) -> Lowering:
        asked, form = self._request, self._specializations.target.form
        return lowering(
            asked.pattern, asked.wrt, form, sizes, traits, itemsize, asked.order, exact=exact
        )
