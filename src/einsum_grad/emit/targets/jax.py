"""The target `jax`: jax.numpy's own operations, which JAX transforms as they stand.

Axes stay as they are, and two arrays are contracted by an einsum where they aren't matrices: XLA
lays arrays out by itself.
"""

from __future__ import annotations

from einsum_grad.emit.targets.shared import RESHAPED, UNSTRIDED
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import (
    PYTHON,
    Spelling,
    function,
    index,
    infix,
    method,
    rewritten,
    transpose,
)
from einsum_grad.emit.text.target import Library, Script, Target
from einsum_grad.emit.text.tree import Call, Expression, call
from einsum_grad.lower import Traits, machine

JAX = Library("JAX", "jax", "import jax  # pip install jax")
JNP = Library("JAX", "jnp", "import jax.numpy as jnp")


def _jnp(name: str) -> Spelling:
    return function(f"jnp.{name}", JNP.alias)


def _diagonal_of_two(array: Expression, one: int, other: int) -> Expression:
    options = {} if (one, other) == (0, 1) else {"axis1": one, "axis2": other}
    return call("diagonal by axis", array, **options)


def _embedded_in_two(array: Expression, one: int, other: int, count: int) -> Expression:
    if (one, other) == (count - 2, count - 1):
        return call("diag" if count == 2 else "diag_embed", array)
    return call("diag_embed", array, one, other)


def _zeros(shape: Expression, dtype: Call) -> Expression:
    """Zeros on the device of the array whose dtype they have."""
    return call("zeros_like", *dtype.args, shape=shape)


TARGET = Target(
    name="jax",
    libraries=(JAX, JNP),
    spellings={
        **PYTHON,
        **RESHAPED,
        **UNSTRIDED,
        "einsum": _jnp("einsum"),
        "dot": infix("@"),
        "matmul": infix("@"),
        "multiply": infix("*"),
        "add": infix("+"),
        "sum": method("sum"),
        "total": method("sum"),
        "sum of rows": function("sum_of_rows", "sum_of_rows"),
        "tensordot": _jnp("tensordot"),
        "transpose": transpose("transpose", most=2),
        "swapaxes": lambda call, speller: (f"{speller.tight(call.args[0])}.mT", "", ""),
        "reshape": method("reshape"),
        "ravel": method("ravel"),
        "index": index,
        "conjugate": method("conj"),
        "broadcast": _jnp("broadcast_to"),
        "diagonal of two": rewritten(_diagonal_of_two),
        "diagonal by axis": _jnp("diagonal"),
        "embed in two": rewritten(_embedded_in_two),
        "diag": _jnp("diag"),
        "diag_embed": function("diag_embed", "diag_embed"),
        "zeros": rewritten(_zeros),
        "zeros_like": _jnp("zeros_like"),
        "asarray": _jnp("asarray"),
        "ndim": _jnp("ndim"),
        "like": function("like", "like"),
        "promoted": function("promoted", "promoted"),
    },
    script=Script(
        alias=JAX.alias,
        random="map(jax.random.key, range(1000))",
        whole="jax.random.randint(next(random), {shape}, -largest, largest + 1) * 1.0",
        normal="largest * jax.random.normal(next(random), {shape})",
        inner="({0} * {1}).sum()",
        conjugated="({0}.conj() * {1}).sum().real",
        outer="jax.numpy.tensordot({0}, {1}, 0)",
        before='jax.config.update("jax_enable_x64", True)',
        applied="""\
applied = jax.vjp(apply, *operands)[1](dz)
if not all(map(jax.numpy.allclose, [applied[place] for place in places], gradients)):
    failed += 1
    print("apply is wrong")""",
    ),
    helpers={
        "promoted": Helper(
            '''def promoted(*operands):
    """Return the operands in one dtype, so that no part of the product is made in a narrower."""
    dtype = jnp.result_type(*operands)
    return [jnp.asarray(operand, dtype) for operand in operands]''',
            (JNP.alias,),
        ),
        "sum_of_rows": Helper(
            f'''def sum_of_rows(array):
    """Return the sum over the first axis: of wide rows as a product with ones.

    On a CPU, XLA adds up one column after the other, which takes up to twenty times as long where
    a row is longer than the nearest cache. A size is no int while it is unknown, in an export.
    """
    columns = math.prod(array.shape[1:])
    if isinstance(columns, int) and columns < {machine.XLA_WIDE_ROW}:
        return array.sum(axis=0, dtype=array.dtype)
    ones, rows = jnp.ones(array.shape[0], array.dtype), array.reshape(array.shape[0], columns)
    return jnp.matmul(ones, rows, precision="highest").reshape(array.shape[1:])''',
            (JNP.alias, "math"),
        ),
        "diag_embed": Helper(
            '''def diag_embed(array, axis1=-2, axis2=-1):
    """Return zeros with the last axis of an array on the diagonal of axis1 and axis2."""
    axis1, axis2 = axis1 % (array.ndim + 1), axis2 % (array.ndim + 1)
    array = jnp.expand_dims(jnp.moveaxis(array, -1, axis1), axis2)
    others = [axis for axis in range(array.ndim) if axis not in (axis1, axis2)]
    diagonal = jnp.expand_dims(jnp.eye(array.shape[axis1], dtype=bool), others)
    return jnp.where(diagonal, array, jnp.zeros((), array.dtype))''',
            (JNP.alias,),
        ),
        "like": Helper(
            '''def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if not jnp.iscomplexobj(operand):
        gradient = gradient.real
    return gradient.astype(jnp.result_type(operand))''',
            (JNP.alias,),
        ),
    },
    traits=Traits(complex=True, conjugate=False),
    pairwise=True,
    einsums=True,
    widens=True,
    layered=True,
    copies=False,
    writable_views=False,
    apply=True,
    arrays="JAX arrays",
    casts=True,
)
"""Its modules are right for real and complex numbers alike, of any dtype and on any device.

A gradient has the other factors without conjugates, as JAX's has.
"""
