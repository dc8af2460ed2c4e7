"""SciPy's special functions: imported when a Tensor first meets one, if SciPy was.

They are ufuncs, which NumPy dispatches; their operands are called x, y, z in order. An operand
without a rule, such as the order of a Bessel function, is refused by name. Derivatives are those of
the NIST Digital Library of Mathematical Functions (dlmf.nist.gov), by chapter: 5 for gamma, 6 for
exponential integrals, 7 for error functions, 8 for incomplete gamma functions, 10 for Bessel's.
"""

from einsum_grad.autograd.rules.special import bessel, error, gamma, logistic
