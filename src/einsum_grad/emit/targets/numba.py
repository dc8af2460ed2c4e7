"""The target `numba`: NumPy's products of matrices, and loops over labels for all else."""

from __future__ import annotations

from dataclasses import replace

from einsum_grad.emit.targets.numpy import NUMPY
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import function, method, rewritten
from einsum_grad.emit.text.target import Library
from einsum_grad.emit.text.tree import call

_NUMBA = Library("numba", "numba", "import numba")

SHARES = Helper(
    '''def shares(length):
    """Return into how many parts the threads divide so many turns of a loop."""
    return max(1, min(length, numba.get_num_threads()))''',
    (_NUMBA.alias,),
    replaced=True,
)

NUMBA = replace(
    NUMPY,
    name="numba",
    libraries=(_NUMBA, *NUMPY.libraries),
    spellings={
        **NUMPY.spellings,
        "fresh": function("np.empty", "np"),
        "prange": function("numba.prange", _NUMBA.alias),
        "shares": function("shares", "shares"),
        "zero of": rewritten(lambda array: call("own", f"{array}.dtype.type", 0)),
        "entry conjugate": method("conjugate"),
    },
    helpers={**NUMPY.helpers, "shares": SHARES},
    # Only sums are reassociated: inf, nan and signed zeros stay what they are.
    loops={
        "kernel": 'numba.njit(parallel=True, fastmath={"reassoc"}, nogil=True)',
        "serial": 'numba.njit(fastmath={"reassoc"}, nogil=True)',
    },
)
