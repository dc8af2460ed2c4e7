"""NumPy's linear algebra: imported when a Tensor first meets one of its functions.

Every rule takes stacks of matrices, real and complex. `cholesky`, `eigh` and what else takes a
Hermitian matrix read one of its triangles, so their gradients are in that triangle: it counts for
both. If the matrix was computed, and is Hermitian by construction, that makes no difference.

Eigenvectors and singular vectors of complex matrices have a phase that is free, as have those that
complete a basis, and those of equal values a rotation. The gradient of a function that depends on
that choice is not defined; where NumPy's choice is known (`qr`, `eig`), it is that of NumPy's.
"""

from einsum_grad.autograd.rules.linalg import (
    determinants,
    eigen,
    norms,
    solve,
    svd,
    triangular,
)
