"""Programs for tests: any, by a strategy; of a pattern; and arranged for sizes."""

from hypothesis import strategies as st

from einsum_grad.emit import TARGETS
from einsum_grad.lower import Gap, Gaps, Program, Scale, Traits, arrange, lower
from einsum_grad.plan import (
    Network,
    Pattern,
    contraction_path,
    pairwise,
    pattern_of,
    request,
    single,
    spell,
)
from einsum_grad.syntax import parse
from tests.programs import path_of
from tests.strategies import Case, cases

NUMPY = TARGETS["numpy"]


def bound(case: Case) -> tuple[Pattern, dict[str, int]]:
    """The pattern of `case` for its shapes, in letters, and the sizes of its labels."""
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    names = spell(asked.pattern)
    sizes = {names[label]: size for label, size in asked.sizes}
    return asked.pattern.rename(names), sizes


def network_of(pattern: Pattern, pairs: bool) -> Network:
    return pairwise(pattern, contraction_path(pattern)) if pairs else single(pattern)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Any program: of a bound pattern or one with an ellipsis, in either network, for any wrt."""
    case = draw(cases())
    if draw(st.booleans()):
        pattern, sizes = bound(case)
        given_ = pattern.output_sizes(sizes)
    else:
        pattern = pattern_of(parse(case.letters), case.given)
        names = spell(pattern)
        pattern = pattern.rename(names)
        given_ = {names[label]: size for label, size in case.given.items()}
    count = len(pattern.inputs)
    wrt = draw(st.lists(st.integers(0, count - 1), unique=True, max_size=count))
    traits = draw(
        st.sampled_from((Traits(), Traits(complex=True), Traits(complex=True, conjugate=False)))
    )
    return lower(network_of(pattern, draw(st.booleans())), tuple(wrt), traits, given_)


def lowered(text: str, wrt: tuple[int, ...] | None = None, pairs: bool = True) -> Program:
    pattern = pattern_of(parse(text), "z")
    everything = tuple(range(len(pattern.inputs)))
    given_ = pattern.output_sizes({"z": 2}) if "z" in pattern.output else {}
    return lower(network_of(pattern, pairs), everything if wrt is None else wrt, given=given_)


def arranged(
    text: str, wrt: tuple[int, ...] | None = None, itemsize: int = 0, **sizes: int
) -> Program:
    """The arranged program of a pattern; for large arrays, if numbers have so many bytes."""
    return _arranged(text, wrt, itemsize, frozenset(), sizes)


def torn(text: str, *gaps: int, **sizes: int) -> Program:
    """The arranged program for large operands, those with the numbers `gaps` having rows apart."""
    return _arranged(text, None, 8, frozenset((number, Gap.ROWS) for number in gaps), sizes)


def scattered(text: str, *gaps: int, **sizes: int) -> Program:
    """The same, the numbers of a row having gaps between them."""
    return _arranged(text, None, 8, frozenset((number, Gap.NUMBERS) for number in gaps), sizes)


def _arranged(
    text: str,
    wrt: tuple[int, ...] | None,
    itemsize: int,
    gaps: Gaps,
    sizes: dict[str, int],
) -> Program:
    pattern = pattern_of(parse(text))
    known = {label: sizes.get(label, 16) for label in pattern.labels()}
    path = path_of(pattern, NUMPY, known)
    assert path is not None
    asked = tuple(range(len(pattern.inputs))) if wrt is None else wrt
    program = lower(pairwise(pattern, path), asked)
    scale = Scale(tuple(known.items()), itemsize, gaps)
    return arrange(program, scale if itemsize else None)
