"""A `Derivation` to what a person reads: index notation, NumPy's notation, LaTeX."""
