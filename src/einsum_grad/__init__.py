"""An einsum-gradient pattern compiler.

>>> import numpy as np
>>> import einsum_grad as eg
>>> f = eg.compile("bij,jk->ik")
>>> out, pullback = f.vjp(np.ones((2, 3, 4)), np.ones((4, 5)))
>>> [gradient.shape for gradient in pullback(np.ones((3, 5)))]
[(2, 3, 4), (4, 5)]
"""

# What is public stands in `__init__.pyi`. Parsing or explaining a pattern needs no array library.

from einsum_grad.lazy import lazily

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazily(__name__)
__all__ += ["__version__"]
