"""Functions that move, join, split and choose elements, and that fill arrays."""

from tests.autograd.rules.case import T3, A, B, Case, M, V, numbers, row

ONE = numbers()

ROWS: dict[str, Case] = {
    "reshape in Fortran's order": row(lambda np: lambda x: np.reshape(x, (4, 6), order="F"), T3),
    "ravel in Fortran's order": row(lambda np: lambda x: np.ravel(x, order="F"), T3),
    "np.astype": row(lambda np: lambda x: np.astype(x, x.dtype) * 2, A),
    "vstack": row(lambda np: lambda x, y: np.vstack([x, y]), A, numbers(3)),
    "hstack": row(lambda np: lambda x, y: np.hstack([x, y]), A, B),
    "hstack of vectors": row(lambda np: lambda x, y: np.hstack([x, y]), V, numbers(3)),
    "dstack": row(lambda np: lambda x, y: np.dstack([x, y]), A, B),
    "column_stack": row(lambda np: lambda x, y: np.column_stack([x, y]), A, numbers(2)),
    "append": row(lambda np: np.append, A, V),
    "append along an axis": row(lambda np: lambda x, y: np.append(x, y, axis=0), A, B),
    "block": row(lambda np: lambda x, y: np.block([[x, y], [y, 2 * x]]), A, B),
    "insert": row(
        lambda np: lambda x, y: np.insert(x, np.array([1, 0]), y, axis=1), A, numbers(2, 2)
    ),
    "insert flat": row(lambda np: lambda x, y: np.insert(x, 2, y), A, ONE),
    "delete": row(lambda np: lambda x: np.delete(x, 1, axis=-1), T3),
    "delete flat": row(lambda np: lambda x: np.delete(x, np.array([0, 4])), A),
    "split": row(lambda np: lambda x: np.split(x, 3, axis=1)[1], A),
    "array_split": row(lambda np: lambda x: np.array_split(x, 3, axis=-1)[0], T3),
    "vsplit": row(lambda np: lambda x: np.vsplit(x, [1])[1], A),
    "hsplit": row(lambda np: lambda x: np.hsplit(x, [1, 2])[2], A),
    "dsplit": row(lambda np: lambda x: np.dsplit(x, 2)[1], T3),
    "unstack": row(lambda np: lambda x: np.unstack(x, axis=1)[2], T3),
    "atleast_1d": row(lambda np: np.atleast_1d, ONE),
    "atleast_2d": row(lambda np: np.atleast_2d, V),
    "atleast_3d": row(lambda np: lambda x, y: np.add(*np.atleast_3d(x, y)), A, V[:3]),
    "broadcast_arrays": row(
        lambda np: lambda x, y: np.multiply(*np.broadcast_arrays(x, y)), A, numbers(3)
    ),
    "meshgrid": row(lambda np: lambda x, y: np.multiply(*np.meshgrid(x, y)), V, numbers(3)),
    "meshgrid by index": row(
        lambda np: lambda x, y: np.add(*np.meshgrid(x, y, indexing="ij", sparse=True)), V, V[:2]
    ),
    "repeat": row(lambda np: lambda x: np.repeat(x, 2, axis=1), A),
    "repeat by counts": row(lambda np: lambda x: np.repeat(x, np.array([2, 0, 1]), axis=-1), A),
    "repeat flat": row(lambda np: lambda x: np.repeat(x, 3), A),
    "tile": row(lambda np: lambda x: np.tile(x, 2), A),
    "tile more axes": row(lambda np: lambda x: np.tile(x, (2, 1, 3)), A),
    "resize": row(lambda np: lambda x: np.resize(x, (2, 5)), A),
    "roll": row(lambda np: lambda x: np.roll(x, 2), A),
    "roll of axes": row(lambda np: lambda x: np.roll(x, (1, -2), axis=(0, -1)), T3),
    "flip": row(lambda np: np.flip, A),
    "flip of axes": row(lambda np: lambda x: np.flip(x, (0, 2)), T3),
    "flipud": row(lambda np: np.flipud, A),
    "fliplr": row(lambda np: np.fliplr, A),
    "rot90": row(lambda np: np.rot90, A),
    "rot90 of axes": row(lambda np: lambda x: np.rot90(x, 3, (0, 2)), T3),
    "rollaxis": row(lambda np: lambda x: np.rollaxis(x, 2), T3),
    "rollaxis back": row(lambda np: lambda x: np.rollaxis(x, 0, 3), T3),
    "matrix_transpose": row(lambda np: np.matrix_transpose, T3),
    "take": row(lambda np: lambda x: np.take(x, np.array([[0, 1], [1, 5]])), A),
    "take of an axis": row(lambda np: lambda x: np.take(x, np.array([0, 0, -1]), axis=1), T3),
    "take that wraps": row(
        lambda np: lambda x: np.take(x, np.array([4, -4]), axis=1, mode="wrap"), A
    ),
    "take_along_axis": row(
        lambda np: lambda x: np.take_along_axis(x, np.array([[0, 2], [1, 1]]), axis=1), A
    ),
    "compress": row(lambda np: lambda x: np.compress(np.array([True, False, True]), x, axis=1), A),
    "extract": row(lambda np: lambda x: np.extract(A > 0, x), A),
    "diag": row(lambda np: np.diag, V),
    "diag above": row(lambda np: lambda x: np.diag(x, 2), V),
    "diag below": row(lambda np: lambda x: np.diag(x, -1), V),
    "diag of a matrix": row(lambda np: lambda x: np.diag(x, 1), M),
    "diagflat": row(lambda np: lambda x: np.diagflat(x, 1), A),
    "tril": row(lambda np: np.tril, T3),
    "triu": row(lambda np: lambda x: np.triu(x, 1), T3),
    "pad with edges": row(lambda np: lambda x: np.pad(x, 2, mode="edge"), A),
    "pad that wraps": row(lambda np: lambda x: np.pad(x, ((1, 0), (4, 2)), mode="wrap"), A),
    "pad that reflects": row(lambda np: lambda x: np.pad(x, ((1, 1), (2, 3)), "reflect"), A),
    "pad with symmetry": row(lambda np: lambda x: np.pad(x, (0, 3), "symmetric"), A),
    "full_like": row(lambda np: lambda x: np.full_like(x, x[0, 1]), A),
    "linspace": row(lambda np: lambda x, y: np.linspace(x, y, 4), A, B),
    "linspace without an end": row(
        lambda np: lambda x, y: np.linspace(x, y, 3, endpoint=False, axis=1), A, B
    ),
    "logspace": row(lambda np: lambda x, y: np.logspace(x, y, 3, base=2.0), A, B),
    "geomspace": row(lambda np: lambda x, y: np.geomspace(x, y, 3), abs(A), abs(B)),
}
