"""Functions of the entries of arrays."""
