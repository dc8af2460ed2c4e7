"""The part of a module that checks its own gradients when it is run as a script."""

from __future__ import annotations

from einsum_grad.emit.context import tuple_of
from einsum_grad.emit.layout import indented, wrapped
from einsum_grad.lower import Program
from einsum_grad.plan import ELLIPSIS, UNIT, Labels

_SIZES = ("2", "3", "4", "5")
_ELLIPSIS_SIZES = "2, 3"
_FEW = 8


def self_check(program: Program) -> list[str]:
    """The functions `draw` and `main`, and the call of main."""
    return [
        "def draw(random, shape):",
        f'    """Return random {_kind(program)} numbers."""',
        f"    return {_drawn(program)}",
        "",
        "",
        "def main():",
        '    """Check each gradient on random operands; return 0 if all are right, else 1."""',
        *indented(_main(program)),
        "",
        "",
        'if __name__ == "__main__":',
        "    raise SystemExit(main())",
    ]


def _main(program: Program) -> list[str]:
    names = [f'"{value.name}"' for value in program.gradients]
    return [
        "random = np.random.default_rng(0)",
        *wrapped("shapes = [", _shapes(program), "]"),
        *wrapped("names = [", names, "]"),
        *wrapped("places = [", map(str, program.wrt), "]"),
        "operands = [draw(random, shape) for shape in shapes]",
        "dz = draw(random, forward(*operands).shape)",
        "failed = 0",
        "gradients = backward(dz, *operands)",
        "for name, place, gradient in zip(names, places, gradients, strict=True):",
        "    # An einsum is linear: <gradient, v> = <dz, z with v in the operand's place>.",
        "    v = draw(random, shapes[place])",
        "    z = forward(*operands[:place], v, *operands[place + 1 :])",
        f"    got = {_inner('gradient', 'v', program)}",
        f"    expected = {_inner('dz', 'z', program)}",
        "    right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))",
        "    failed += not right",
        '    print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")',
        "return 1 if failed else 0",
    ]


def _shapes(program: Program) -> list[str]:
    labels = [label for label, _ in program.sizes if label != ELLIPSIS]
    known = {label: _SIZES[at % len(_SIZES)] for at, label in enumerate(labels)}
    known |= {UNIT: "1", ELLIPSIS: _ELLIPSIS_SIZES}
    return [_shape(value.labels, known) for value in program.operands]


def _shape(labels: Labels, known: dict[str, str]) -> str:
    if labels == (ELLIPSIS,):
        return f"({known[ELLIPSIS]})"
    return tuple_of([known[label] for label in labels])


def _kind(program: Program) -> str:
    return "small whole" if len(program.operands) <= _FEW else "normal"


def _drawn(program: Program) -> str:
    """Whole numbers, on which all is exact, unless so many are multiplied that they overflow."""
    few = len(program.operands) <= _FEW
    draw = "random.integers(-4, 5, shape)" if few else "random.standard_normal(shape)"
    if program.traits.complex:
        return f"{draw} + 1j * {draw}"
    return f"{draw}.astype(float)" if few else draw


def _inner(one: str, other: str, program: Program) -> str:
    if program.traits.complex and program.traits.conjugate:
        return f"np.vdot({one}, {other}).real"
    return f"np.sum({one} * {other})"
