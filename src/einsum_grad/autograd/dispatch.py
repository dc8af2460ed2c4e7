"""What NumPy's functions do with a Tensor: a table from NumPy's function to ours."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from einsum_grad.autograd.tape import Traced
from einsum_grad.errors import ArgumentTypeError, AutogradError

Function = TypeVar("Function", bound=Callable[..., Any])

RECORDED: dict[Callable[..., Any], Callable[..., Any]] = {}
"""NumPy's functions that a Tensor takes part in, and what runs in their place."""

CONSTANT: frozenset[Callable[..., Any]] = frozenset(
    """
    equal not_equal less less_equal greater greater_equal array_equal array_equiv isclose allclose
    logical_and logical_or logical_not logical_xor isnan isinf isfinite signbit any all
    sign floor ceil rint trunc round floor_divide
    argmax argmin argsort nonzero count_nonzero searchsorted
    shape ndim size iscomplexobj isrealobj result_type can_cast may_share_memory shares_memory
    zeros_like ones_like empty_like full_like
    """.split()  # noqa: SIM905 - a list of forty quoted names is harder to read
)
