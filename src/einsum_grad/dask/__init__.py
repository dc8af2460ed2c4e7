"""Dask arrays: a contraction and all its gradients as one graph of tasks on blocks, lazily."""

from einsum_grad.dask.calls import DaskCalls
from einsum_grad.dask.guarded import Guarded
