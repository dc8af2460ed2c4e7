"""Kernels for large NumPy arrays: copies, sums, products, and a pool of buffers."""
