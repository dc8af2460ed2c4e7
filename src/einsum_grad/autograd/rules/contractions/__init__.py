"""Einsums, and the functions of NumPy that are einsums."""
