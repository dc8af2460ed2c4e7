"""The target `numba`: NumPy's products of matrices, and loops over labels for all else."""

from __future__ import annotations

from dataclasses import replace

from einsum_grad.emit.targets.numpy import NUMPY, NUMPY_LIBRARY
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import function, method, rewritten
from einsum_grad.emit.text.target import Library
from einsum_grad.emit.text.tree import call

_NUMBA = Library("numba", "numba", "import numba")

IN_PARALLEL = Helper(
    '''def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))''',
    (NUMPY_LIBRARY.alias,),
    replaced=True,
)

ADDED = Helper(
    '''def added(parts):
    """Return the sum, or each of the sums, of what a kernel returned for each part."""
    if isinstance(parts[0], tuple):
        return [np.add.reduce(terms, dtype=terms[0].dtype) for terms in zip(*parts)]
    return np.add.reduce(parts, dtype=parts[0].dtype)''',
    (NUMPY_LIBRARY.alias,),
)

NUMBA = replace(
    NUMPY,
    name="numba",
    libraries=(_NUMBA, *NUMPY.libraries),
    spellings={
        **NUMPY.spellings,
        "result type": function("np.result_type", NUMPY_LIBRARY.alias),
        "fresh": function("np.empty", "np"),
        "in_parallel": function("in_parallel", "in_parallel"),
        "added": function("added", "added"),
        "zero of": rewritten(lambda array: call("own", f"{array}.dtype.type", 0)),
        "entry conjugate": method("conjugate"),
    },
    helpers={**NUMPY.helpers, "in_parallel": IN_PARALLEL, "added": ADDED},
    # Only sums are reassociated: inf, nan and signed zeros stay what they are.
    loops='numba.njit(fastmath={"reassoc"}, nogil=True)',
)
