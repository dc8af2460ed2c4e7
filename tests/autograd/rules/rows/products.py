"""Products of arrays, convolutions, interpolation and polynomials."""

from tests.autograd.rules.case import T3, A, B, Case, M, V, np, numbers, row

W = numbers(3)
XP = np.array([-1.5, -0.4, 0.3, 1.6])

ROWS: dict[str, Case] = {
    "trace of a dtype": row(lambda np: lambda x: np.trace(x, 1, 0, 2, dtype=x.dtype), T3),
    "linalg.trace": row(lambda np: lambda x: np.linalg.trace(x, offset=-1), T3),
    "linalg.diagonal": row(lambda np: lambda x: np.linalg.diagonal(x, offset=1), T3),
    "linalg.matmul": row(lambda np: np.linalg.matmul, A, M),
    "linalg.outer": row(lambda np: np.linalg.outer, V, W),
    "linalg.tensordot": row(
        lambda np: lambda x, y: np.linalg.tensordot(x, y, axes=1), T3, numbers(4, 2)
    ),
    "linalg.cross": row(
        lambda np: lambda x, y: np.linalg.cross(x, y, axis=0), M, numbers(3, 4)[::-1]
    ),
    "linalg.matrix_transpose": row(lambda np: np.linalg.matrix_transpose, T3),
    "linalg.vecdot": row(lambda np: np.linalg.vecdot, T3, V),
    "vecdot": row(lambda np: lambda x, y: np.vecdot(x, y, axis=1), T3, T3 + 0.5),
    "matvec": row(lambda np: np.matvec, T3, V),
    "vecmat": row(lambda np: np.vecmat, numbers(2, 3), T3),
    "multi_dot": row(lambda np: lambda x, y, z: np.linalg.multi_dot([x, y, z]), A, M, V),
    "multi_dot of vectors": row(lambda np: lambda x, y, z: np.linalg.multi_dot([x, y, z]), W, M, V),
    "kron": row(lambda np: np.kron, A, numbers(3, 2)),
    "kron of other ranks": row(lambda np: np.kron, T3, V[:2]),
    "cross": row(lambda np: np.cross, A, B),
    "cross of axes": row(
        lambda np: lambda x, y: np.cross(x, y, axisa=0, axisb=1, axisc=0), M, numbers(4, 3) ** 2
    ),
    "vander": row(lambda np: lambda x: np.vander(x, 3, increasing=True), V),
    "convolve": row(lambda np: np.convolve, V, W),
    "convolve to the same size": row(lambda np: lambda x, y: np.convolve(x, y, "same"), W, V),
    "convolve where both are": row(lambda np: lambda x, y: np.convolve(x, y, "valid"), V, W),
    "correlate": row(lambda np: np.correlate, V, W),
    "correlate fully": row(lambda np: lambda x, y: np.correlate(x, y, "full"), W, V),
    "correlate to the same size": row(lambda np: lambda x, y: np.correlate(x, y, "same"), W, V),
    "interp": row(lambda np: lambda x, y: np.interp(x, XP, y), A, V, real=True),
    "interp between coordinates": row(
        lambda np: lambda x, xp: np.interp(x, xp, V, left=0.0, right=1.0), A, XP, real=True
    ),
    "interp with a period": row(
        lambda np: lambda x, y: np.interp(x, XP, y, period=2.5), A, V, real=True
    ),
    "polyval": row(lambda np: np.polyval, W, A),
}
