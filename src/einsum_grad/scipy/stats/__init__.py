"""scipy.stats for Tensors: densities and distribution functions, differentiable in every argument.

Distributions have SciPy's names and arguments: the shape parameters, then `loc` and `scale`.
"""

from einsum_grad.scipy.beside import beside
from einsum_grad.scipy.stats.continuous import (
    beta,
    cauchy,
    chi2,
    expon,
    gamma,
    laplace,
    logistic,
    lognorm,
    norm,
    t,
    uniform,
)
from einsum_grad.scipy.stats.discrete import bernoulli, binom, geom, nbinom, poisson
from einsum_grad.scipy.stats.multivariate import dirichlet, multivariate_normal

__getattr__ = beside("scipy.stats")
