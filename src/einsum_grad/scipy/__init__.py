"""SciPy's functions that NumPy can't dispatch, for arrays and Tensors, under SciPy's names.

SciPy makes an array of whatever is given to `scipy.special.logsumexp`, `scipy.linalg.expm` or
`scipy.stats.norm.logpdf`, so a Tensor is refused there. Here each of these modules has such
functions with SciPy's arguments. Every other name is SciPy's own: its ufuncs take Tensors anyway.

>>> from einsum_grad.scipy import special
>>> import numpy as np
>>> special.softmax(np.array([0.0, np.log(3.0)])).round(2)
array([0.25, 0.75])
"""

from einsum_grad.lazy import lazily

__getattr__, __dir__, __all__ = lazily(__name__)
