"""A target: how it spells array operations, and what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import Spelling
from einsum_grad.lower import Form, Traits

NEEDED = frozenset(
    {
        *("dot", "matmul", "tensordot", "multiply", "add", "sum"),
        *("transpose", "swapaxes", "reshape", "ravel", "index", "view", "conjugate", "ndim"),
        *("expand", "units", "merge", "split", "diagonal", "zeros"),
    }
)
"""The operations that every target spells. Those of a capability come with it; `einsum`, `vdot`,
`vecdot`, `matvec`, `scale`, `sum of rows`, `promoted`, `check_arrays`, `asarray`, `copy` are used
where a target has them: `scale` is the product with an array without axes, `sum of rows` the sum
over the first axis, and `promoted` gives arrays one dtype."""


@dataclass(frozen=True, slots=True)
class Library:
    """A library: its name, what code calls it, and the statement that imports it."""

    name: str
    alias: str
    statement: str


@dataclass(frozen=True, slots=True)
class Script:
    """How a module that is run as a script draws numbers and multiplies arrays.

    In `whole` and `normal`, expressions of arrays, `{shape}` is a shape, `random` is what `random`
    makes, and `largest` bounds the numbers. `inner` is the scalar product of `{0}` and `{1}`,
    `conjugated` the real part of it with the conjugate of `{0}`, `outer` the outer product.
    """

    alias: str
    """The library that it needs."""
    random: str
    whole: str
    normal: str
    inner: str
    conjugated: str
    outer: str
    before: str = ""
    """Lines with which `main` begins."""
    applied: str = ""
    """Lines that hold what the library makes of `apply` against `gradients`."""
    source: str = "random"
    """What is called `random` above."""
    real: str = "return {0}"
    complex: str = "real, imaginary = {0}\nreturn real + 1j * imaginary"
    """The lines that return real and complex numbers, `{0}` being `whole` or `normal`."""
    modules: tuple[str, ...] = ()
    """Modules of the standard library that it needs."""


@dataclass(frozen=True, slots=True)
class Target:
    """How programs are written: a table of spellings, and capabilities.

    `libraries` are those that they may need, in the order in which they are imported; `helpers` are
    functions that stand in a module if it calls them; `script` is how a module checks itself.
    """

    name: str
    libraries: tuple[Library, ...]
    spellings: Mapping[str, Spelling]
    script: Script
    helpers: Mapping[str, Helper] = field(default_factory=dict)
    traits: Traits | None = None
    """What its modules suppose of the numbers, where they are right for real and complex alike."""
    pairwise: bool = False
    """Many operands are contracted two at a time, with shared intermediates whose axes suit that;
    else the pattern at once, as it says it."""
    layered: bool = False
    """Functions that compute without checking stand beside those that check."""
    frees: bool = False
    """A `del` frees each array after its last use."""
    copies: bool = True
    """Arrays are copied into the memory order that suits a product, and gradients own theirs."""
    einsums: bool = False
    """Two arrays are contracted as they lie, by an einsum where `@` and `*` can't; einsums sum
    ellipses too. Else their axes are put in the order that suits matrix products, and merged."""
    widens: bool = False
    """A sum of integers has another dtype than they, unless it is told theirs."""
    writable_views: bool = True
    """A diagonal is written through a view of it; else the operation `embed` makes the array."""
    out_argument: Mapping[str, str] = field(default_factory=dict)
    """The operations that write the result of another to memory that is there, by that other."""
    apply: bool = False
    """A function `apply` is the output in operations that the library differentiates itself."""
    casts: bool = False
    """Each gradient is returned by the operation `like`, in its operand's dtype."""
    devices: bool = False
    """An array is on a device, and functions that check hold that together, too."""
    tensordots: bool = False
    """Several axes are contracted by `tensordot`, as they lie; else their axes are put in the order
    that suits matrix products, and merged."""
    arrays: str = ""
    """The arrays that its modules take, in the plural, if these are not NumPy's."""
    any_library: bool = False
    """Its modules take the arrays of every library."""
    sums_vectors: bool = False
    """A matrix times a vector for each index of a batch is an elementwise product that is summed:
    where a batch of products has no better way for a single column."""
    loops: str = ""
    """The decorator of functions of loops over labels, which steps become where that is faster."""
    local: str = ""
    """The first line of a function that needs the library of its first argument, `{}`."""

    @property
    def form(self) -> Form:
        """What it asks of its programs: blocks need results that are written in place."""
        return Form(
            self.pairwise,
            bool(self.out_argument),
            self.copies,
            arranged=not (self.tensordots or self.einsums),
            at_once="einsum" in self.spellings,
            loops=bool(self.loops),
        )
