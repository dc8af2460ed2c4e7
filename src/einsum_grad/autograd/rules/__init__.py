"""Tables of rules: what NumPy's functions, and functions that NumPy lacks, do with Tensors."""
