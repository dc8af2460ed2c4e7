"""Drawings: what they show, that nothing in them covers a label, and that they are plain SVG."""

from __future__ import annotations

import html
import itertools
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

import einsum_grad as eg
from einsum_grad.cli import main
from einsum_grad.errors import ArgumentError
from einsum_grad.explain import draw, explain
from einsum_grad.explain.drawing.diagram import Diagram, Role, diagram
from einsum_grad.explain.drawing.placement import placed
from einsum_grad.explain.drawing.svg import STYLE
from einsum_grad.plan import request
from tests.strategies import Case, cases
from tests.tries import tries

Capture = pytest.CaptureFixture[str]


def of(pattern: str, wrt: int | None = None, **options: Any) -> Diagram:
    asked = request(pattern, **options)
    return diagram(asked.pattern, asked.names, pattern, wrt)


def roles(drawn: Diagram) -> dict[str, Role]:
    return {array.name: array.role for array in drawn.arrays}


def test_arrays_are_nodes_and_labels_are_edges() -> None:
    drawn = of("bij,jk->ik")
    assert roles(drawn) == {"X": Role.OPERAND, "W": Role.OPERAND, "Z": Role.RESULT}
    assert {edge.label: edge.ends for edge in drawn.edges} == {
        "b": (0,),
        "i": (0, 2),
        "j": (0, 1),
        "k": (1, 2),
    }


def test_a_gradient_is_the_network_with_cotangent_and_result_exchanged() -> None:
    forward, gradient = of("bij,jk->ik"), of("bij,jk->ik", 0)
    assert roles(gradient) == {"dX": Role.RESULT, "W": Role.OPERAND, "dZ": Role.COTANGENT}
    assert [edge.ends for edge in gradient.edges] == [edge.ends for edge in forward.edges]


def test_an_edge_that_nothing_on_the_left_has_is_a_repeat_axis() -> None:
    assert [edge.label for edge in of("bij,jk->ik", 0).edges if edge.repeats] == ["b"]
    assert not any(edge.repeats for edge in of("bij,jk->ik").edges)
    assert [edge.label for edge in of("i->ib", sizes={"b": 2}).edges if edge.repeats] == ["b"]


@given(cases(most_operands=4))
def test_repeat_axes_are_those_of_the_explanation(case: Case) -> None:
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    for gradient in explain(case.letters, case.given, shapes=case.shapes).gradients:
        drawn = diagram(asked.pattern, asked.names, case.letters, gradient.operand)
        assert {edge.label for edge in drawn.edges if edge.repeats} == set(gradient.repeat_axes)


def test_a_diagonal_is_an_edge_that_splits() -> None:
    drawn = of("iij,j->i")
    (diagonal,) = [edge for edge in drawn.edges if edge.label == "i"]
    assert diagonal.ends == (0, 0, 2)
    lines = placed(drawn).lines[drawn.edges.index(diagonal)]
    assert len({start for start, _ in lines}) == 1
    assert len({end for _, end in lines}) == 3


def test_axes_of_size_1_that_broadcast_are_not_drawn() -> None:
    assert [edge.label for edge in of("ij,ij->ij", shapes=[(3, 4), (1, 4)]).edges] == ["i", "j"]


def faults(drawn: Diagram) -> list[tuple[str, str]]:
    """Labels that something covers, and nodes and labels that another's line runs through."""
    found = placed(drawn)
    names = [*(array.name for array in drawn.arrays), *(edge.label for edge in drawn.edges)]
    boxes = list(zip(names, (*found.nodes, *found.labels), strict=True))
    faults = [
        (one, other)
        for (one, box), (other, another) in itertools.combinations(boxes, 2)
        if box.overlaps(another, 1)
    ]
    for edge, lines in zip(drawn.edges, found.lines, strict=True):
        for end, line in zip(edge.ends, lines, strict=True):
            own = {edge.label, drawn.arrays[end].name}
            foreign = ((name, box) for name, box in boxes if name not in own)
            faults += [(edge.label, name) for name, box in foreign if box.is_cut(line, 1)]
    return faults


def some_pattern(rng: random.Random, operands: int, axes: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"[: max(2, operands * axes // rng.randint(2, 4) + 1)]
    terms = ["".join(rng.choices(letters, k=rng.randint(1, axes))) for _ in range(operands)]
    used = sorted(set("".join(terms)))
    return f"{','.join(terms)}->{''.join(rng.sample(used, min(len(used), rng.randint(0, 3))))}"


@pytest.mark.parametrize("operands", range(1, 13))
def test_no_label_is_covered_or_crossed(operands: int) -> None:
    rng = random.Random(operands)
    for _ in range(tries(30)):
        pattern = some_pattern(rng, operands, rng.randint(2, 5))
        assert faults(of(pattern)) == [], pattern


@pytest.mark.parametrize(
    ("pattern", "notation"),
    [
        ("bhqd,bhkd,bhkv->bhqv", "letters"),
        ("aabb,bbcc,ccaa->abc", "letters"),
        *((",".join(["abcd"] * count) + "->abcd", "letters") for count in range(2, 13)),
        (",".join(["abcdef"] * 12) + "->", "letters"),
        (",".join(f"ab{x}{y}" for x, y in itertools.pairwise("cdefghijklmno")) + "->ab", "letters"),
        ("batch rows columns, rows columns channels, channels -> batch channels", "named"),
    ],
)
def test_no_label_is_covered_in_what_people_draw(pattern: str, notation: str) -> None:
    assert faults(of(pattern, notation=notation)) == []


@pytest.mark.parametrize("names", [None, "queries,keys->scores"])
def test_a_pattern_and_its_gradients_are_placed_alike(names: str | None) -> None:
    pattern = "bqd,bkd->bqk"
    forward = placed(of(pattern, names=names))
    assert [placed(of(pattern, wrt, names=names)) for wrt in (0, 1)] == [forward, forward]


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)
    return [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_drawing_names_what_it_shows() -> None:
    svg = str(draw("bqd,bkd->bqk", wrt="K", names="Q,K->S"))
    assert sorted(texts(svg)) == sorted(["b", "q", "d", "k", "Q", "dK", "dS", "bqd,bqk->bkd"])
    root = ET.fromstring(svg)
    title, description = root[0].text, root[1].text
    assert title == "the gradient of bqd,bkd->bqk by K: bqd,bqk->bkd"
    assert description is not None
    assert "the cotangent dS has the axes b q k" in description
    assert "d joins Q and dK" in description
    assert root.get("role") == "img"
    assert str(root.get("aria-labelledby")).split() == [root[0].get("id"), root[1].get("id")]


def test_a_repeat_axis_is_told_in_words() -> None:
    assert "b is in no operand, and repeats dX" in str(draw("bij,jk->ik", wrt=0))


@pytest.mark.parametrize("label", ["<", "&", "\u202e", "\x1b"])
def test_hostile_labels_are_escaped(label: str) -> None:
    try:
        svg = str(draw(f"{label}i,i->{label}"))
    except eg.EinsumGradError:
        return
    assert svg.replace("\n", "").isprintable()
    assert "\\u202e" in texts(svg)


def test_drawings_have_neither_script_nor_network() -> None:
    for svg in (str(draw("ii,ij->j")), str(draw(CHAIN))):
        assert not re.search(r"<script|href|url\(|@import|on\w+=", svg)
        assert svg.replace("http://www.w3.org/2000/svg", "").find("http") == -1


CHAIN = ",".join(a + b for a, b in itertools.pairwise("abcdefghijklmnop"))
SIZES = {label: 2 + number for number, label in enumerate("abcdefghijklmnop")}


def test_many_operands_are_a_tree_with_its_costs() -> None:
    told = texts(str(draw(CHAIN)))
    assert told[0] == "ao,op->ap"
    assert told[1] == "2·a·o·p flops"
    assert {f"{chr(65 + n)}[{chr(97 + n)},{chr(98 + n)}]" for n in range(15)} <= set(told)
    assert told[-1] == "from left to right; give all sizes for a better order"
    assert "give all sizes" not in str(draw(CHAIN, sizes=SIZES))


def flops(told: list[str]) -> float:
    units = {"flop": 1, "kflop": 1e3}
    return sum(float(x.split()[0]) * units[x.split()[1]] for x in told if x.endswith("flop"))


@pytest.mark.parametrize("pattern", [CHAIN, CHAIN.replace("ij", "qij")])
def test_the_costs_of_a_tree_add_up_to_those_of_the_explanation(pattern: str) -> None:
    sizes = SIZES | ({"q": 3} if "q" in pattern else {})
    told = flops(texts(str(draw(pattern, sizes=sizes))))
    work = explain(pattern, sizes, wrt=0).costs.forward.work
    assert work is not None
    assert told == pytest.approx(work.flops, rel=0.02)  # the numbers are rounded


def test_the_way_of_a_gradient_is_marked() -> None:
    svg = str(draw(CHAIN, wrt="O"))
    marked = re.findall(r'eg-marked"[^>]*>([^<]*)<', svg)
    assert list(map(html.unescape, marked)) == ["ao,op->ap", "O[o,p]"]


def test_very_many_operands_are_refused() -> None:
    assert len(texts(str(draw(",".join(["i"] * 200) + "->")))) > 400
    with pytest.raises(ArgumentError, match="at most 200 operands, and not 201"):
        draw(",".join(["i"] * 201))


def test_several_gradients_are_refused() -> None:
    with pytest.raises(ArgumentError, match="wrt must name one operand"):
        draw("i,i->", wrt=(0, 1))


def test_drawings_are_the_same_in_every_process() -> None:
    script = "from einsum_grad.explain import draw; print(draw('bhqd,bhkd,bhkv->bhqv', wrt=1))"
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


def test_the_command_prints_or_writes_the_drawing(tmp_path: Path, capsys: Capture) -> None:
    assert main(["draw", "bij,jk->ik", "--wrt", "X"]) == 0
    expected = f"{draw('bij,jk->ik', wrt=0)}\n"
    assert capsys.readouterr().out == expected
    path = tmp_path / "drawing.svg"
    assert main(["draw", "bij,jk->ik", "--wrt", "X", "-o", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(("name", "wrt"), [("product", None), ("gradient", 0)])
def test_the_drawings_in_the_documentation_are_current(name: str, wrt: int | None) -> None:
    path = Path(__file__).parents[3] / "docs" / f"{name}.svg"
    assert path.read_text(encoding="utf-8") == f"{draw('bij,jk->ik', wrt=wrt)}\n"


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.1)."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#fff", "#000") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read(theme: int) -> None:
    rules = re.findall(r"\.eg-drawing \{([^}]*)\}", STYLE)
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", rules[theme]))
    assert colours["paper"] == ("#fff", "#111")[theme]
    for name in ("ink", "line", "repeat", "cotangent"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
    for name in ("operand", "cotangent"):
        assert contrast(colours[name], colours[f"on-{name}"]) >= 4.5, name
