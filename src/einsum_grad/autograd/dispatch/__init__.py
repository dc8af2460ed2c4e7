"""NumPy's dispatch: which of its functions are recorded, which fill arrays, which are refused."""
