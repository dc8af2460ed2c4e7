"""Modules of kernels as the target numba writes them, by hand."""

from __future__ import annotations

from types import ModuleType

from einsum_grad.runtime.generated.load import execute

HEADER = """import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)

"""

HADAMARD = f'''{HEADER}
@kernel
def make_z_dx_dw(start, stop, dz, x, w, z, dx, dw):
    """Write z, dx and dw in one pass."""
    for i in range(start, stop):
        for j in range(x.shape[1]):
            z[i, j] = x[i, j] * w[i, j]
            dx[i, j] = dz[i, j] * w[i, j]
            dw[i, j] = x[i, j] * dz[i, j]


def value_and_gradients(dz, x, w):
    """Return the output Z, and the gradients (dx, dw) for a cotangent dz of Z."""
    z, dx, dw = empty(x.shape, x.dtype), empty(x.shape, x.dtype), empty(x.shape, x.dtype)
    in_parallel(make_z_dx_dw, x.shape[0], x.size, dz, x, w, z, dx, dw)
    return z, (dx, dw)
'''

SUMS = f'''{HEADER}
@kernel
def make_z(start, stop, x):
    """Return parts of z."""
    z_part = np.zeros(x.shape[1], x.dtype)
    for i in range(start, stop):
        for j in range(x.shape[1]):
            z_part[j] += x[i, j]
    return z_part


def output(x):
    """Return the output Z."""
    return np.add.reduce(in_parallel(make_z, x.shape[0], x.size, x))
'''


def module(text: str) -> ModuleType:
    """The module of `text`, executed as the runtime does."""
    name = "output" if "def output" in text else "value_and_gradients"
    return execute(text, "by hand", [name], uses=("empty", "in_parallel"))
