"""`Derivation` to the text of a module: value, gradient, Hessian and Hessian times vector."""
