"""What to write instead of functions of NumPy that have no gradient here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

_FOR_EACH = "np.stack a list of the results for each part"
_SETS = "take the elements of the Tensor at the indices that it finds in x.data"

INSTEAD: Mapping[Callable[..., Any], str] = {
    np.apply_along_axis: _FOR_EACH,
    np.apply_over_axes: "call the function with a tuple of axes, or once for each",
    np.piecewise: "write np.select or np.where of the pieces",
    np.trim_zeros: "slice the Tensor where np.nonzero of x.data begins and ends",
    np.unique: _SETS,
    np.unique_values: _SETS,
    np.intersect1d: _SETS,
    np.union1d: _SETS,
    np.setdiff1d: _SETS,
    np.setxor1d: _SETS,
    np.bincount: "write an einsum with a matrix of ones and zeros",
    np.i0: "write scipy.special.i0",
    np.sort_complex: "write np.sort",
    np.polyfit: "write np.linalg.lstsq of np.vander",
    np.poly: "multiply the factors with np.convolve",
    np.roots: "write np.linalg.eigvals of the companion matrix",
    np.polyadd: "add the coefficients, padded to one length",
    np.polysub: "subtract the coefficients, padded to one length",
    np.polymul: "write np.convolve",
    np.polyder: "multiply the coefficients by their powers",
    np.polyint: "divide the coefficients by their powers",
    np.maximum.accumulate: "take the elements at the places where x.data has its maxima",
    np.minimum.accumulate: "take the elements at the places where x.data has its minima",
    np.add.at: "add at indices by an einsum, or index with eg.primitive's rule",
    np.add.reduceat: "np.stack the sums of slices",
}
