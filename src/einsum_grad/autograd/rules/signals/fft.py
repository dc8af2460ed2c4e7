"""NumPy's Fourier transforms: linear, so the rule of each is its adjoint transform.

That has the other sign and the other scaling. In the half spectrum of a real signal, an entry with
a mirror image stands for two. As in NumPy, an operand is cut or padded to the length first, and a
transform of several axes is one of each axis after the other.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.contractions.linear import axes_of
from einsum_grad.autograd.rules.elementwise.primitives import conj
from einsum_grad.autograd.tape.refusals import as_operand, run
from einsum_grad.errors import ArgumentError

OTHER: Mapping[Any, Any] = {
    None: "forward",
    "backward": "forward",
    "ortho": "ortho",
    "forward": "backward",
}
"""The scaling of the adjoint transform, by that of the transform."""


def _fft(a: Any, axis: int, norm: Any) -> Any:
    return np.fft.fft(a, axis=axis, norm=norm)


def _ifft(a: Any, axis: int, norm: Any) -> Any:
    return np.fft.ifft(a, axis=axis, norm=norm)


def _rfft(a: Any, axis: int, norm: Any) -> Any:
    return np.fft.rfft(a, axis=axis, norm=norm)


def _irfft(a: Any, n: int, axis: int, norm: Any) -> Any:
    return np.fft.irfft(a, n, axis, norm)


def _rfft_rule(g: Any, shapes: Any, axis: int, norm: Any) -> Any:
    size = shapes[0][axis]
    return np.fft.irfft(g * _mirrored(g, size, axis, 0.5), size, axis, OTHER[norm])


def _irfft_rule(g: Any, n: int, axis: int, norm: Any) -> Any:
    return np.fft.rfft(g, n, axis, OTHER[norm]) * _mirrored(g, n, axis, 2)


def _mirrored(like: Any, size: int, axis: int, factor: float) -> Any:
    """`factor` for the entries of a half spectrum that have a mirror image, 1 for the others."""
    weights = np.ones(size // 2 + 1, np.finfo(like.dtype).dtype)
    weights[1 : (size + 1) // 2] = factor
    return np.expand_dims(weights, [n for n in range(like.ndim) if n != axis])


FFT = define(_fft, {"a": lambda g, axis, norm: np.fft.ifft(g, axis=axis, norm=OTHER[norm])})
IFFT = define(_ifft, {"a": lambda g, axis, norm: np.fft.fft(g, axis=axis, norm=OTHER[norm])})
RFFT = define(_rfft, {"a": _rfft_rule})
IRFFT = define(_irfft, {"a": _irfft_rule})

define(np.fft.fftshift, {"x": lambda g, axes: np.fft.ifftshift(g, axes=axes)})
define(np.fft.ifftshift, {"x": lambda g, axes: np.fft.fftshift(g, axes=axes)})


@implements(np.fft.fft)
def _transform(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    return FFT(*_fitted("fft", a, n, axis), _known(norm))


@implements(np.fft.ifft)
def _inverse(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    return IFFT(*_fitted("ifft", a, n, axis), _known(norm))


@implements(np.fft.rfft)
def _half(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    return RFFT(*_fitted("rfft", a, n, axis), _known(norm))


@implements(np.fft.irfft)
def _inverse_of_half(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    n = 2 * (np.shape(a)[_axis("irfft", a, axis)] - 1) if n is None else operator.index(n)
    a, axis = _fitted("irfft", a, n // 2 + 1, axis)
    return IRFFT(a, n, axis, _known(norm))


@implements(np.fft.hfft)
def _hermitian(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    return np.fft.irfft(conj(a), n, axis, OTHER[_known(norm)])


@implements(np.fft.ihfft)
def _inverse_hermitian(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    return conj(np.fft.rfft(a, n, axis, OTHER[_known(norm)]))


@implements(np.fft.fftn)
def _transforms(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    return _one_by_one(np.fft.fft, a, _sizes(a, s, axes)[::-1], norm)


@implements(np.fft.ifftn)
def _inverses(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    return _one_by_one(np.fft.ifft, a, _sizes(a, s, axes)[::-1], norm)


@implements(np.fft.rfftn)
def _halves(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    *others, last = _sizes(a, s, axes)
    return _one_by_one(np.fft.fft, np.fft.rfft(a, *last, norm), others[::-1], norm)


@implements(np.fft.irfftn)
def _inverses_of_half(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    *others, (size, axis) = _sizes(a, s, axes)
    a = _one_by_one(np.fft.ifft, a, others, norm)
    return np.fft.irfft(a, None if s is None else size, axis, norm)


@implements(np.fft.fft2)
def _fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return np.fft.fftn(a, s, axes, norm)


@implements(np.fft.ifft2)
def _ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return np.fft.ifftn(a, s, axes, norm)


@implements(np.fft.rfft2)
def _rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return np.fft.rfftn(a, s, axes, norm)


@implements(np.fft.irfft2)
def _irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return np.fft.irfftn(a, s, axes, norm)


def _known(norm: Any) -> Any:
    if norm not in OTHER:
        raise ArgumentError(f"norm is 'backward', 'ortho' or 'forward', not {norm!r}")
    return norm


def _axis(name: str, a: Any, axis: Any) -> int:
    return axes_of(name, axis, np.ndim(a))[0]


def _fitted(name: str, a: Any, n: Any, axis: Any) -> tuple[Any, int]:
    """The operand cut, or padded with zeros, to `n` elements along the axis; and the axis."""
    a, axis = as_operand(a, name), _axis(name, a, axis)
    size = a.shape[axis]
    n = size if n is None else run(name, operator.index, (n,))
    if n > size:
        a = np.pad(a, [(0, n - size if place == axis else 0) for place in range(a.ndim)])
    elif n < size:
        a = a[(*[slice(None)] * axis, slice(n))]
    return a, axis


def _sizes(a: Any, s: Any, axes: Any) -> list[tuple[int, int]]:
    """The length and the axis of each transform, as NumPy reads them."""
    shape = np.shape(a)
    if axes is None:
        axes = range(len(shape)) if s is None else range(-len(s), 0)
    s = [-1] * len(axes) if s is None else s
    if len(s) != len(axes):
        raise ArgumentError(f"{len(s)} lengths in s for {len(axes)} axes")
    places = [_axis("fft", a, axis) for axis in axes]
    return [(shape[axis] if n == -1 else n, axis) for n, axis in zip(s, places, strict=True)]


def _one_by_one(transform: Any, a: Any, sizes: Sequence[tuple[int, int]], norm: Any) -> Any:
    for size, axis in sizes:
        a = transform(a, size, axis, norm)
    return a
