"""Kernels compiled by numba: on first use, for the layout of their arrays, cached on disk."""
