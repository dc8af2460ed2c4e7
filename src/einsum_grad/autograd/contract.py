"""Recording an einsum: the compiled pattern runs, and its pullback is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.mode import is_recording
from einsum_grad.autograd.ownership import borrow
from einsum_grad.autograd.tape import Array, Lift, Node, Traced, wanted_positions
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.runtime import compile
