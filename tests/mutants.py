"""Random patterns, the modules that are emitted for them, and mistakes put into those.

A mutant has one mistake, of a kind that a person makes who edits such a module: in its forward or
in its gradients. Not each changes what is computed: `is_changed` in `changed.py` asks the mutant.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from einsum_grad.emit import emit
from tests.emit.libraries import RUNNABLE

Shapes = list[tuple[int, ...]]
Change = Callable[[Random, str, Sequence[str]], Iterator[str]]
POOL = "abcdij"
_PRODUCT = r"\b(\w+(?:\.m?T)?)(?: @ |\.dot\()(\w+(?:\.m?T)?)\)?"
"""A product of two matrices."""
_FUNCTIONS = "save|output|pullback|forward|backward|apply"


@dataclass(frozen=True, slots=True)
class Subject:
    """A pattern, how it is emitted, and the module."""

    pattern: str
    target: str
    numbers: str
    given: dict[str, int]
    units: tuple[frozenset[str], ...]
    """For each operand the labels along which it broadcasts from size 1."""
    text: str

    def shapes(self, sizes: dict[str, int]) -> Shapes:
        """The operands' shapes for these sizes of labels; an ellipsis has two axes."""
        known = {"...": (2, 3)}
        return [
            tuple(
                size
                for label in re.findall(r"\.\.\.|\w", term)
                for size in ((1,) if label in units else known.get(label, (sizes.get(label, 0),)))
            )
            for term, units in zip(
                self.pattern.partition("->")[0].split(","), self.units, strict=True
            )
        ]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one mistake in it."""

    subject: Subject
    kind: str
    line: str
    text: str


def subject(random: Random) -> Subject:
    """A random pattern and its module: repeated labels, sums, repetitions, diagonals, units."""
    count = random.choice((1, 2, 2, 2, 3, 3, 4))
    pool = random.sample(POOL, random.randint(2, len(POOL)))
    terms = ["".join(random.choices(pool, k=random.choice((1, 2, 2, 3)))) for _ in range(count)]
    known = list(dict.fromkeys("".join(terms)))
    output = random.sample(known, random.randint(0, min(3, len(known))))
    given = {}
    if random.random() < 0.15:
        output.insert(random.randint(0, len(output)), "z")
        given = {"z": 3}
    if output and random.random() < 0.1:
        output.append(random.choice(output))
    if random.random() < 0.1:
        at = random.randrange(count)
        terms[at], output = f"...{terms[at]}", ["...", *output]
    units: list[frozenset[str]] = [frozenset()] * count
    if "..." not in output and count > 1 and random.random() < 0.15:
        shared = [x for x in known if sum(x in term for term in terms) > 1]
        if shared:
            label = random.choice(shared)
            first = next(place for place, term in enumerate(terms) if label in term)
            units[first] = frozenset(label)
    pattern = f"{','.join(terms)}->{''.join(output)}"
    target, numbers = random.choice(sorted(RUNNABLE)), random.choice(("real", "real", "complex"))
    made = Subject(pattern, target, numbers, given, tuple(units), "")
    sizes = {label: 2 + place for place, label in enumerate(known)}
    shapes = made.shapes(sizes) if any(units) else None
    text = emit(pattern, target, sizes=given, shapes=shapes, numbers=numbers)
    return Subject(pattern, target, numbers, given, tuple(units), text)


def mutant(random: Random) -> Mutant:
    """A random subject with a mistake; kinds of mistakes are drawn evenly."""
    while True:
        chosen = subject(random)
        kind = random.choice(sorted(_CHANGES))
        found = list(_mutants(random, chosen, kind))
        if found:
            return random.choice(found)


def _mutants(random: Random, chosen: Subject, kind: str) -> Iterator[Mutant]:
    lines = chosen.text.splitlines()
    sizes = sorted(set(re.findall(r"\b\w+\.shape\[-?\d+\]", chosen.text.partition("def draw")[0])))
    for number in _computing(lines):
        for changed in _CHANGES[kind](random, lines[number], sizes):
            if changed != lines[number] and _is_code(changed):
                text = "\n".join([*lines[:number], changed, *lines[number + 1 :]]) + "\n"
                yield Mutant(chosen, kind, changed.strip(), text)


def _is_code(line: str) -> bool:
    """Whether the line is still a whole statement."""
    try:
        ast.parse(f"def f():\n{line}")
    except SyntaxError:
        return False
    return True


def _computing(lines: Sequence[str]) -> Iterator[int]:
    """The numbers of the lines that compute something: no checks, no comments, no self-check."""
    inside = False
    for number, line in enumerate(lines):
        if line.startswith("def "):
            inside = re.match(rf"def ({_FUNCTIONS})\(", line) is not None
        skipped = re.match(r'\s*(#|"""|if |raise |check_sizes|\)|$|def )', line)
        if inside and line.startswith("    ") and not skipped:
            yield number


# A kind of mistake: the ways in which a line may have it.


def _label(random: Random, line: str, sizes: Sequence[str]) -> Iterator[str]:
    """Another label in a pattern, or two of them exchanged."""
    for found in re.finditer(r'"([^"]*->[^"]*)"', line):
        text = found[1]
        places = [place for place, char in enumerate(text) if char.isalpha()]
        if len({text[place] for place in places}) < 2:
            continue
        for _ in range(4):
            one, other = random.sample(places, 2)
            changed = list(text)
            changed[one] = text[other]
            if random.random() < 0.5:
                changed[other] = text[one]
            yield line.replace(found[0], f'"{"".join(changed)}"', 1)


def _axes(random: Random, line: str, sizes: Sequence[str]) -> Iterator[str]:
    """Axes in another order."""
    for found in re.finditer(r"\.(transpose|permute)\(([\d, ]+)\)", line):
        axes = found[2].split(", ")
        other = ", ".join(random.sample(axes, len(axes)))
        yield line.replace(found[0], "", 1)
        yield line.replace(found[0], f".{found[1]}({other})", 1)
    for turned in (".T", ".mT"):
        yield line.replace(turned, "", 1)
    for found in re.finditer(r"(axes|dims)=\(([\[(][\d, ]+[\])]), ([\[(][\d, ]+[\])])\)", line):
        yield line.replace(found[0], f"{found[1]}=({found[3]}, {found[2]})", 1)
    for found in re.finditer(_PRODUCT, line):
        yield line.replace(found[0], f"{found[1]}.T @ {found[2]}", 1)
        yield line.replace(found[0], f"{found[2]} @ {found[1]}", 1)
    for found in re.finditer(r"\[([:None, ]*None[:None, ]*)\]", line):
        parts = found[1].split(", ")
        yield line.replace(found[0], f"[{', '.join(random.sample(parts, len(parts)))}]", 1)


def _sum(random: Random, line: str, sizes: Sequence[str]) -> Iterator[str]:
    """A sum that is missing, or over other axes."""
    for found in re.finditer(r"\b(\w+)\.sum\(\w+=(\d+|\([\d, ]+\))\)", line):
        name, axes = found[1], re.findall(r"\d+", found[2])
        yield line.replace(found[0], name, 1)
        yield line.replace(found[0], f"{name}.sum(axis={random.choice(axes)})", 1)
        yield line.replace(found[0], f"{name}.take(0, axis={random.choice(axes)})", 1)
        yield line.replace(found[0], f"{name}.sum(axis={int(axes[0]) + 1})", 1)
    for found in re.finditer(r'"([^" ]+)->([^" ]*)"', line):
        summed = sorted(set(found[1]) - set(found[2]) - set(",."))
        if summed:
            yield line.replace(found[0], f'"{found[1]}->{found[2]}{random.choice(summed)}"', 1)
    for found in re.finditer(_PRODUCT, line):
        yield line.replace(found[0], f"({found[1]} * {found[2]})", 1)


def _repeat(random: Random, line: str, sizes: Sequence[str]) -> Iterator[str]:
    """Another size than that of the label, or a repetition that is not made."""
    for found in re.finditer(r"\b\w+\.shape(\[-?\d+\])?", line):
        if sizes:
            yield line.replace(found[0], random.choice(sizes), 1)
    for found in re.finditer(r"\.expand\([^()]*\)|\.expand\(\([^()]*\)\)", line):
        yield line.replace(found[0], "", 1)
    for found in re.finditer(r"(?:np|jnp)\.broadcast_to\((.*), \(.*\)\)", line):
        yield line.replace(found[0], found[1], 1)
    for found in re.finditer(r"=(\d)\b", line):
        yield line.replace(found[0], f"={int(found[1]) + 1}", 1)


def _factor(random: Random, line: str, sizes: Sequence[str]) -> Iterator[str]:
    """A factor too much or too few: a size, 2, a sign; a mean for a sum."""
    yield line.replace(".sum(", ".mean(", 1)
    for found in re.finditer(r"^(\s+(?:\w+ =|return)) (?!\(|d\w+, |d\w+$)([^,]+\S)$", line):
        size = random.choice([*sizes, "2"])
        yield f"{found[1]} ({found[2]}) / {size}"
        yield f"{found[1]} ({found[2]}) * {size}"
        yield f"{found[1]} -({found[2]})"


def _conjugation(random: Random, line: str, sizes: Sequence[str]) -> Iterator[str]:
    """A conjugation that is missing, or one too many."""
    for before, after in ((".conj()", ""), ("conj(", "("), (".mH", ".mT")):
        yield line.replace(before, after, 1)
    for found in re.finditer(r"_conj\b", line):
        yield line[: found.start()] + line[found.end() :]
    if ".conj()" in line or "_conj" in line:
        for found in re.finditer(r"\bdz\b", line):
            yield line[: found.end()] + ".conj()" + line[found.end() :]


def _operand(random: Random, line: str, sizes: Sequence[str]) -> Iterator[str]:
    """One array for another, a sum for a product, gradients in another order."""
    head, equals, right = line.partition(" = ")
    head, right = (head + equals, right) if equals else ("", line)
    names = re.findall(r"\b(?:dz|x|w|a|b|c|d)(?:_\w+)?\b(?=[ ,.)@*])(?![^\"]*\"[^\"]*$)", right)
    for name in sorted(set(names)):
        other = random.choice(["dz", "x", "w", "a", "b"])
        yield head + re.sub(rf"\b{name}\b(?=[ ,.)])", other, right, count=1)
    if " * " in line:
        yield line.replace(" * ", " + ", 1)
    if found := re.match(r"(\s+return )(d\w+), (d\w+)(.*)", line):
        yield f"{found[1]}{found[3]}, {found[2]}{found[4]}"
    if "[...] = " in line:
        yield line.partition("[...]")[0]


_CHANGES: dict[str, Change] = {
    "a label": _label,
    "an axis order": _axes,
    "a sum": _sum,
    "a repeat": _repeat,
    "a factor": _factor,
    "a conjugation": _conjugation,
    "an operand": _operand,
}

KINDS = tuple(_CHANGES)
