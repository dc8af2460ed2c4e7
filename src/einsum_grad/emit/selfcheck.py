"""The part of a module that checks its own gradients when it is run as a script."""

from __future__ import annotations

from einsum_grad.emit.layout import unpacked, wrapped
from einsum_grad.lower import Program, Value
from einsum_grad.plan import ELLIPSIS, UNIT, Labels

_SIZES = (2, 3, 4, 5)
_ELLIPSIS_SIZES = "2, 3"
_FEW = 8


def self_check(program: Program) -> list[str]:
    """The functions `agrees` and `main`, and the call of main."""
    return [
        "def agrees(name, gradient, direction, derivative, cotangent):",
        '    """Report whether <gradient, direction> = <cotangent, derivative along direction>."""',
        f"    got = {_inner('gradient', 'direction', program)}",
        f"    expected = {_inner('cotangent', 'derivative', program)}",
        "    right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))",
        '    print(f"{name} is right" if right else f"{name} is wrong: {got}, and not {expected}")',
        "    return right",
        "",
        "",
        "def main():",
        '    """Check the gradients on small random operands; return 0 if all are right, else 1."""',
        *_main(program),
        "",
        "",
        'if __name__ == "__main__":',
        "    raise SystemExit(main())",
    ]


def _main(program: Program) -> list[str]:
    names = [value.name for value in program.operands]
    gradients = [value.name for value in program.gradients]
    lines = [
        "random = np.random.default_rng(0)",
        *(
            f"{value.name} = {_random(value.labels, program)}"
            for value in program.operands
        ),
        *wrapped("z = forward(", names, ")"),
        f"dz = {_drawn('z.shape', program)}",
        *wrapped(f"{unpacked(gradients)} = backward(", ["dz", *names], ")"),
        "right = []",
    ]
    for operand, gradient in zip(program.wrt, program.gradients, strict=True):
        name = names[operand]
        along = [*names[:operand], "v", *names[operand + 1 :]]
        lines += [
            f"v = {_drawn(f'{name}.shape', program)}",
            *wrapped("derivative = forward(", along, ")"),
            f'right.append(agrees("{gradient.name}", {gradient.name}, v, derivative, dz))',
        ]
    return [f"    {line}" for line in [*lines, "return 0 if all(right) else 1"]]


def _random(labels: Labels, program: Program) -> str:
    known = dict(_numbers(program))
    sizes = ", ".join(_ELLIPSIS_SIZES if label == ELLIPSIS else str(known[label]) for label in labels)
    one = len(labels) == 1 and labels[0] != ELLIPSIS
    return _drawn(f"({sizes},)" if one else f"({sizes})", program)


def _numbers(program: Program) -> list[tuple[str, int]]:
    """A small size for each label, unlike its neighbours'."""
    labels = [label for label, _ in program.sizes if label != ELLIPSIS]
    return [(UNIT, 1), *((label, _SIZES[at % len(_SIZES)]) for at, label in enumerate(labels))]


def _drawn(shape: str, program: Program) -> str:
    """Random numbers: small whole ones, on which all is exact, unless many are multiplied."""
    few = len(program.operands) <= _FEW
    draw = f"random.integers(-4, 5, {shape})" if few else f"random.standard_normal({shape})"
    if program.traits.complex:
        return f"{draw} + 1j * {draw}"
    return f"{draw}.astype(float)" if few else draw


def _inner(one: str, other: str, program: Program) -> str:
    if not program.traits.complex:
        return f"np.sum({one} * {other}, dtype=float)"
    return f"np.vdot({one}, {other}).real" if program.traits.conjugate else f"np.sum({one} * {other})"

