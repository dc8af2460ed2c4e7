"""`Tensor`: its operators, its methods, and what Python and NumPy ask of it."""
