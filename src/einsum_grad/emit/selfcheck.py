"""The self-check of a module: run as a script, it checks its gradients."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from einsum_grad.emit.text.target import Script
from einsum_grad.emit.text.tree import Assign, Call, Define, For, Lines, Statement, call
from einsum_grad.lower import Program
from einsum_grad.plan import ELLIPSIS, UNIT

_SIZES = (2, 3, 4, 5)
_ELLIPSIS_SIZES = (2, 3)
_FEW = 8
_FEW_AXES = 6
_LONGER_AXES = 12

JUDGED = Lines("""\
right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
failed += not right
print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")""")

RETURNED = Lines("return 1 if failed else 0")

_ENTRY = Lines("""\
if __name__ == "__main__":
    raise SystemExit(main())""")

_MANY = """\
dz = draw({}, forward(*operands).shape, 999)
failed = 0
gradients = backward(dz, *operands)"""

_ONE = """\
# An einsum is linear: <gradient, v> = <dz, z with v in the operand's place>.
v = draw({}, shapes[place], 999)
z = forward(*operands[:place], v, *operands[place + 1 :])
got = {}
expected = {}"""

_AT_ONCE = Lines("""\
both = (forward(*operands), *gradients)
z, gradients = value_and_gradients(dz, *operands)
if not all(map(np.allclose, both, (z, *gradients))):
    failed += 1
    print("value_and_gradients is wrong")""")


def self_check(program: Program, script: Script, together: bool) -> list[Statement]:
    """The functions `draw` and `main`, and the call of main.

    With `together` the module has `value_and_gradients`, which is checked too.
    """
    doc = "Check each gradient on random operands; return 0 if all are right, else 1."
    return as_script(program, script, doc, _main(program, script, together))


def as_script(
    program: Program, script: Script, doc: str, body: Sequence[Statement]
) -> list[Statement]:
    """The function `draw`, a function `main` of that docstring and body, and the call of it."""
    told = f"Return random {'whole' if _few(program) else 'normal'} numbers."
    parameters = (script.source, "shape", "largest")
    drawn = Define("draw", parameters, told, [Lines(_drawn(program, script))])
    before = [Lines(script.before)] if script.before else []
    return [drawn, Define("main", (), doc, [*before, *body]), _ENTRY]


def random_operands(
    program: Program, script: Script, between: Iterable[Statement] = (), largest: int = 4
) -> list[Statement]:
    """What draws operands of `program`, and `between` those of shapes and numbers."""
    most = largest if _few(program) else 1
    return [
        Lines(f"{script.source} = {script.random}"),
        Assign("shapes", Call("list", tuple(_shapes(program)))),
        *between,
        Lines(f"operands = [draw({script.source}, shape, {most}) for shape in shapes]"),
    ]


def _main(program: Program, script: Script, together: bool) -> list[Statement]:
    names = (call("text", value.name) for value in program.gradients)
    lists = [
        Assign("names", Call("list", tuple(names))),
        Assign("places", Call("list", program.wrt)),
    ]
    inner = inner_product(program, script)
    compared = Lines(
        _ONE.format(script.source, inner.format("gradient", "v"), inner.format("dz", "z"))
    )
    every = "zip(names, places, gradients, strict=True)"
    return [
        *random_operands(program, script, lists),
        Lines(_MANY.format(script.source)),
        For("name, place, gradient", every, [compared, JUDGED]),
        *([_AT_ONCE] if together else []),
        *([Lines(script.applied)] if script.applied else []),
        RETURNED,
    ]


def _shapes(program: Program) -> Iterator[Call]:
    labels = [label for label, _ in program.sizes if label != ELLIPSIS]
    sizes: Iterator[tuple[int, ...]] = ((size,) for size in _sizes(program))
    fixed = {label: (size,) for label, size in program.sizes if isinstance(size, int)}
    known = dict(zip(labels, sizes, strict=False)) | fixed | {UNIT: (1,), ELLIPSIS: _ELLIPSIS_SIZES}
    for value in program.operands:
        yield Call("tuple", sum(map(known.__getitem__, value.labels), ()))


def _sizes(program: Program) -> Iterator[int]:
    """A size for each label: unlike its neighbours', or 2 and 1 for arrays of many axes."""
    ranks = [len(value.labels) for value in (*program.operands, program.cotangent)]
    if max(ranks) <= _FEW_AXES:
        return itertools.cycle(_SIZES)
    return itertools.chain([2] * _LONGER_AXES, itertools.repeat(1))


def _few(program: Program) -> bool:
    """Whether the products of whole numbers stay so small that they are exact."""
    return len(program.operands) <= _FEW


def _drawn(program: Program, script: Script) -> str:
    drawn = script.whole if _few(program) else script.normal
    if program.traits.complex:
        return script.complex.format(drawn.format(shape="(2, *shape)"))
    return script.real.format(drawn.format(shape="shape"))


def inner_product(program: Program, script: Script) -> str:
    """The scalar product of `{0}` and `{1}`, of complex numbers as gradients are meant."""
    conjugates = program.traits.complex and program.traits.conjugate
    return script.conjugated if conjugates else script.inner
