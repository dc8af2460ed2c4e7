"""Random guesses of gradients with mistakes, and the verdict on each by brute force.

A guess is run by the definition of an einsum on arrays of whole numbers whose sizes depend on the
label: literally, and with axes and operands in every other order. The smallest counterexample is
found among all.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from einsum_grad.guess import Counterexample, Kind, Verdict, check_guess
from einsum_grad.plan import operand_names
from tests.strategies import Array

Terms = tuple[str, ...]
"""The terms of the operands, then that of the output."""

Key = tuple[int, int, tuple[int, ...]]
"""The number of labels of size 2, the number of indices that are 1, and all indices."""

_POOL = "abcd"
_TRIES = 20
_SIZES = dict(zip(_POOL, (2, 3, 5, 7), strict=True))


@dataclass(frozen=True, slots=True)
class Guess:
    """A pattern, one of its operands, the true gradient, and a guess of it."""

    pattern: str
    operand: int
    truth: Terms
    guess: Terms

    @property
    def text(self) -> str:
        """The guess as text."""
        return f"{','.join(self.guess[:-1])}->{self.guess[-1]}"

    @property
    def given(self) -> dict[str, int]:
        """Sizes of the pattern's output-only labels."""
        inputs, _, output = self.pattern.partition("->")
        return {label: 2 for label in output if label not in inputs}


def guess(random: Random) -> Guess:
    """A gradient of a random pattern with up to three mistakes."""
    count = random.choice((1, 2, 2, 3))
    terms = ["".join(random.choices(_POOL, k=random.choice((0, 1, 2, 2, 3)))) for _ in range(count)]
    known = sorted(set("".join(terms))) or ["a"]
    output = "".join(random.sample(known, random.randint(0, min(3, len(known)))))
    if random.random() < 0.1:
        output += random.choice(_POOL)
    operand = random.randrange(count)
    truth = (*terms[:operand], output, *terms[operand + 1 :], terms[operand])
    guessed = truth
    for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3))):
        tries = (random.choice(_MISTAKES)(random, guessed) for _ in range(_TRIES))
        guessed = next((changed for changed in tries if changed != guessed), guessed)
    return Guess(f"{','.join(terms)}->{output}", operand, truth, guessed)


# Mistakes.


def _turned(random: Random, terms: Terms) -> Terms:
    place = random.randrange(len(terms))
    return _with(terms, place, "".join(random.sample(terms[place], len(terms[place]))))


def _other_label(random: Random, terms: Terms) -> Terms:
    place = random.choice([place for place, term in enumerate(terms) if term] or [0])
    if not terms[place]:
        return terms
    at = random.randrange(len(terms[place]))
    changed = terms[place][:at] + random.choice(_POOL + "yz") + terms[place][at + 1 :]
    return _with(terms, place, changed)


def _split(random: Random, terms: Terms) -> Terms:
    """One label becomes two, as when a letter is mistaken."""
    several = [place for place, term in enumerate(terms[:-1]) if term]
    if not several:
        return terms
    place = random.choice(several)
    at = random.randrange(len(terms[place]))
    return _with(terms, place, terms[place][:at] + random.choice("yz") + terms[place][at + 1 :])


def _exchanged(random: Random, terms: Terms) -> Terms:
    one, other = random.choices(sorted(set("".join(terms))) or ["a"], k=2)
    place = random.randrange(len(terms))
    return _with(terms, place, terms[place].translate(str.maketrans(one + other, other + one)))


def _renamed(random: Random, terms: Terms) -> Terms:
    labels = sorted(set("".join(terms)))
    new = random.sample(_POOL + "xyz", len(labels)) if len(labels) <= 7 else labels
    table = str.maketrans("".join(labels), "".join(new))
    return tuple(term.translate(table) for term in terms)


def _longer(random: Random, terms: Terms) -> Terms:
    place = random.randrange(len(terms))
    return _with(terms, place, terms[place] + random.choice(_POOL))


def _shorter(random: Random, terms: Terms) -> Terms:
    place = random.randrange(len(terms))
    return _with(terms, place, terms[place][:-1])


def _reordered(random: Random, terms: Terms) -> Terms:
    return (*random.sample(terms[:-1], len(terms) - 1), terms[-1])


def _fewer(random: Random, terms: Terms) -> Terms:
    return terms[1:] if len(terms) > 2 else terms


_MISTAKES = (
    _turned,
    _turned,
    _other_label,
    _split,
    _split,
    _split,
    _exchanged,
    _renamed,
    _longer,
    _shorter,
    _reordered,
    _fewer,
)


def _with(terms: Terms, place: int, term: str) -> Terms:
    return (*terms[:place], term, *terms[place + 1 :])


# Verdicts.


def disagreement(case: Guess) -> str | None:
    """What is wrong with the verdict on `case`, or with its counterexample."""
    verdict = check_guess(case.pattern, case.operand, case.text, sizes=case.given)
    kind = expected(case)
    if verdict.kind is not kind:
        return f"{case}: {kind}, and not\n{verdict}"
    if verdict.is_right or list(map(len, case.truth)) != list(map(len, _aligned(case, verdict))):
        found = None if verdict.counterexample is None else "a counterexample to what is right"
        return found and f"{case}: {found}\n{verdict}"
    best = smallest(case.truth, _aligned(case, verdict))
    if best != _key(verdict.counterexample):
        return f"{case}: the smallest counterexample is {best}, and not\n{verdict}"
    return None


def _aligned(case: Guess, verdict: Verdict) -> Terms:
    """The guess with its operands in the order of the truth's, as the verdict understands it."""
    if len(case.guess) != len(case.truth):
        return case.guess
    names = list(operand_names(len(case.truth) - 1))
    names[case.operand] = "dZ"
    return (*(case.guess[verdict.order.index(name)] for name in names), case.guess[-1])


def _key(example: Counterexample | None) -> Key | None:
    if example is None:
        return None
    places = [*(one.index for one in example.ones), example.index]
    indices = tuple(itertools.chain.from_iterable(places))
    return [size for _, size in example.sizes].count(2), sum(indices), indices


def expected(case: Guess) -> Kind:
    """The verdict, by running the guess in every order of operands and axes."""
    truth, guessed = case.truth, case.guess
    if len(truth) != len(guessed):
        return Kind.INVALID
    every = [(*order, guessed[-1]) for order in itertools.permutations(guessed[:-1])]
    kept = [way for way in every if _keeps(truth, way)]
    literal, *others = kept or every
    ways = [literal, *others]
    if _gives(truth, literal) or truth in ways:
        return Kind.RIGHT
    if _gives_turned(truth, literal):
        return Kind.AXIS_ORDER
    if any(_gives(truth, way) for way in others):
        return Kind.RIGHT
    if any(_gives_turned(truth, way) for way in others):
        return Kind.AXIS_ORDER
    if _fits(truth, literal):
        return Kind.WRONG
    fitting = [way for way in others if _fits(truth, way)]
    if kept:
        return Kind.WRONG if fitting else Kind.INVALID
    understood = len(fitting) == 1 and _own(truth, fitting[0]) > _own(truth, literal)
    return Kind.WRONG if understood else Kind.INVALID


def _keeps(truth: Terms, guessed: Terms) -> bool:
    """Whether each operand has the labels of its array."""
    return list(map(sorted, guessed[:-1])) == list(map(sorted, truth[:-1]))


def _own(truth: Terms, guessed: Terms) -> int:
    """How many axes have their label."""
    pairs = zip(truth, guessed, strict=True)
    return sum(x == y for one, other in pairs for x, y in zip(one, other, strict=False))


def _gives(truth: Terms, guessed: Terms) -> bool:
    """Whether the guess has the truth's result, on arrays of random whole numbers."""
    sizes = _sizes_of(guessed, _shapes(truth, _SIZES))
    if sizes is None:
        return False
    random = np.random.default_rng(0)
    # No zeros, and enough different numbers that results are not equal by chance.
    arrays = [random.integers(1, 10**6, shape) for shape in _shapes(truth, _SIZES)[:-1]]
    return np.array_equal(_einsum(truth, _SIZES, arrays), _einsum(guessed, sizes, arrays))


def _gives_turned(truth: Terms, guessed: Terms) -> bool:
    orders = [sorted({"".join(order) for order in itertools.permutations(t)}) for t in guessed]
    return any(_gives(truth, turned) for turned in itertools.product(*orders))


def _fits(truth: Terms, guessed: Terms) -> bool:
    """Whether the guess can be run, a label of the output alone being the pattern's."""
    sizes = _sizes_of(guessed, _shapes(truth, _SIZES))
    alone = set(guessed[-1]) - set("".join(guessed[:-1]))
    known = set("".join(truth))
    return sizes is not None and all(x in known and sizes[x] == _SIZES[x] for x in alone)


def _shapes(terms: Terms, sizes: dict[str, int]) -> list[tuple[int, ...]]:
    return [tuple(sizes[label] for label in term) for term in terms]


def _sizes_of(terms: Terms, shapes: Sequence[tuple[int, ...]]) -> dict[str, int] | None:
    """The sizes of the labels; None where ranks or sizes disagree."""
    found: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        if len(term) != len(shape):
            return None
        for label, size in zip(term, shape, strict=True):
            if found.setdefault(label, size) != size:
                return None
    return found


def _einsum(terms: Terms, sizes: dict[str, int], arrays: Sequence[Array]) -> Array:
    """The definition: a sum over every combination of indices."""
    own = {label: sizes[label] for label in dict.fromkeys("".join(terms))}
    total = np.zeros([own[label] for label in terms[-1]], object)
    for indices in itertools.product(*map(range, own.values())):
        at = dict(zip(own, indices, strict=True))
        picked = [
            int(array[tuple(at[label] for label in term)])
            for term, array in zip(terms, arrays, strict=False)
        ]
        total[tuple(at[label] for label in terms[-1])] += math.prod(picked)
    return total


# The smallest counterexample.


def smallest(truth: Terms, guessed: Terms) -> Key | None:
    """The key of the smallest counterexample among all: sizes up to 2, operands with one 1."""
    return min(_differing(truth, guessed), default=None)


def _differing(truth: Terms, guessed: Terms) -> Iterator[Key]:
    labels = sorted(set("".join(truth)))
    for chosen in itertools.product((1, 2), repeat=len(labels)):
        true_sizes = dict(zip(labels, chosen, strict=True))
        sizes = _sizes_of(guessed, _shapes(truth, true_sizes))
        if sizes is not None:
            true, got = _values(truth, true_sizes), _values(guessed, sizes)
            for indices in true.keys() | got.keys():
                if true[indices] != got[indices]:
                    yield chosen.count(2), sum(indices), indices


def _values(terms: Terms, sizes: dict[str, int]) -> Counter[tuple[int, ...]]:
    """The entry for operands with ones at some indices, for all indices for which it is not 0."""
    axes = "".join(terms)
    return Counter(
        tuple(dict(zip(sizes, indices, strict=True))[label] for label in axes)
        for indices in itertools.product(*map(range, sizes.values()))
    )
