"""The text of a module: complete, the same every time, and free of what a user wrote."""

import ast
import itertools
import re
import string
import subprocess
import sys
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.emit import TARGETS, write
from einsum_grad.emit.request import emit
from einsum_grad.emit.text.printer import WIDTH
from einsum_grad.lower import Program
from einsum_grad.plan import pattern_of, spell
from einsum_grad.syntax import parse
from tests.emit.generated import exit_code, programs, run
from tests.emit.libraries import EVERY, LIBRARIES
from tests.emit.regenerate import tangents
from tests.strategies import Case, cases
from tests.tries import tries

NAME = re.compile(r"(?:make_\w+|d?(?:[a-y]|x\d+|t\d+|z)(?:_[A-Za-z0-9]+){0,4}|[A-Za-z]_?)")
OURS = {
    *("check_sizes", "save", "output", "pullback", "forward", "backward", "apply", "draw", "main"),
    *("random", "shape", "shapes", "names", "places", "operands", "failed", "gradients", "name"),
    *(
        "real",
        "imaginary",
        "place",
        "gradient",
        "v",
        "largest",
        "got",
        "expected",
        "left",
        "right",
        "saved",
    ),
    *("kernel", "zero", "start", "stop", "value_and_gradients", "both", "z"),
    *("xp", "library", "numbers", "_", "parts", "variables", "applied"),
}
FROM_OUTSIDE = {
    *("np", "numba", "math", "einops", "torch", "jax", "jnp", "importlib", "sys"),
    *("ValueError", "SystemExit", "abs", "zip", "print", "float", "range", "list", "tuple"),
    *("complex", "iter", "len", "all", "map", "next", "Random", "__name__"),
}
HELPERS = {
    node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else node.name
    for target in TARGETS.values()
    for helper in target.helpers.values()
    for node in ast.walk(ast.parse(helper.code))
    if isinstance(node, ast.Name | ast.arg | ast.FunctionDef)
}
"""The names of the targets' helpers, and those in them."""


def functions(text: str) -> dict[str, ast.FunctionDef]:
    body = ast.parse(text).body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


@settings(max_examples=tries(200))
@given(programs())
def test_every_module_is_complete(drawn: tuple[Case, str, Program]) -> None:
    _, target, found = drawn
    source = write(found, TARGETS[target])
    defined = functions(source.text)
    operands = [value.name for value in found.operands]
    assert [arg.arg for arg in defined["forward"].args.args] == operands
    assert [arg.arg for arg in defined["backward"].args.args] == ["dz", *operands]
    assert ("main" in defined) == bool(found.wrt)
    assert ("save" in defined) == bool(found.residuals)
    assert all(ast.get_docstring(node) for node in defined.values())
    assert ast.get_docstring(ast.parse(source.text))
    assert source.text.endswith("\n")
    assert not source.text.endswith("\n\n")


@settings(max_examples=tries(200))
@given(programs())
def test_modules_import_what_their_target_may_and_use_it(drawn: tuple[Case, str, Program]) -> None:
    _, target, found = drawn
    tree = ast.parse(write(found, TARGETS[target]).text)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = [alias for node in statements for alias in node.names]
    modules = {
        node.module if isinstance(node, ast.ImportFrom) else alias.name
        for node in statements
        for alias in node.names
    }
    assert modules <= {"math"} | LIBRARIES[target].imports
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for alias in imported:
        assert (alias.asname or alias.name) in used, "an import without use"


@settings(max_examples=tries(200))
@given(programs())
def test_every_name_is_one_of_ours(drawn: tuple[Case, str, Program]) -> None:
    _, target, found = drawn
    for node in ast.walk(ast.parse(write(found, TARGETS[target]).text)):
        if isinstance(node, ast.Name):
            name = node.id
        elif isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.FunctionDef):
            name = node.name
        else:
            continue
        assert name in OURS | FROM_OUTSIDE | HELPERS or NAME.fullmatch(name), name


@settings(max_examples=tries(200))
@given(programs())
def test_lines_stay_within_100_characters(drawn: tuple[Case, str, Program]) -> None:
    _, target, found = drawn
    lines = write(found, TARGETS[target]).text.split("\n")
    assert [line for line in lines if len(line) > 100] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_lines_stay_within_100_characters_for_many_operands() -> None:
    names = [f"n{number}" for number in range(41)]
    chain = ", ".join(f"{one} {two}" for one, two in itertools.pairwise(names))
    for target in TARGETS:
        for pattern in (f"{chain} -> n0 n40", ", ".join(names)):
            text = emit(pattern, target, notation="named")
            assert [line for line in text.split("\n") if len(line) > 100] == []


identifiers = st.from_regex(r"[^\W\d]\w{0,12}", fullmatch=True).filter(str.isidentifier)
EVIL = ("__import__", "os", "exec", "class", "lambda", "x", "np", "dz", "random", "__builtins__")


@given(
    cases(broadcasting=False),
    st.lists(identifiers | st.sampled_from(EVIL), min_size=10, max_size=10, unique=True),
)
@example(
    Case((("a", "b"), ("b", "c")), ("a", "c"), (), (), (), {}, {}), [*EVIL[:8], "system", "sys"]
)
def test_nothing_a_user_wrote_reaches_the_text(case: Case, words: list[str]) -> None:
    """The text is that of the same pattern in the letters that we chose."""
    names = dict(zip("abcijAZβ軸×", words, strict=True))

    def named(term: tuple[str, ...]) -> str:
        return " ".join(names.get(label, label) for label in term)

    text = ", ".join(map(named, case.inputs))
    if case.output is not None:
        text += f" -> {named(case.output)}"
    given_ = {names[label]: size for label, size in case.given.items()}
    pattern = pattern_of(parse(text, "named"), given_)
    letters = spell(pattern)
    assert re.fullmatch(r"[A-Za-z]*", "".join(letters.values()))
    plain = str(pattern.rename(letters))
    sizes = {letters[label]: size for label, size in given_.items()}
    for target in TARGETS:
        emitted = emit(text, target, sizes=given_, notation="named")
        assert emitted == emit(plain, target, sizes=sizes)


def test_names_of_a_user_stand_nowhere() -> None:
    for target in TARGETS:
        text = emit("__import__ secret, secret größe -> größe", target, notation="named")
        assert "__import__" not in text
        assert "secret" not in text
        assert "größe" not in text


class Sneaky(int):
    def __str__(self) -> str:
        return "__import__('os')"

    def __format__(self, spec: str) -> str:
        return "__import__('os')"

    __repr__ = __str__


def test_sizes_are_written_as_numbers() -> None:
    for target in TARGETS:
        assert emit("i->ib", target, sizes={"b": Sneaky(4)}) == emit(
            "i->ib", target, sizes={"b": 4}
        )


PATTERNS = ("bij,jk->ik", "ii,ij->j", "ab,bc,cd,de->ae", "...ij,jk->...ik", "aabcd->ad", "β字,字γ")


def test_text_is_the_same_under_any_hash_seed() -> None:
    script = (
        "import hashlib, sys\n"
        "from einsum_grad.emit import TARGETS, emit\n"
        f"texts = [emit(p, t) for p in {PATTERNS!r} for t in TARGETS]\n"
        "texts += [emit('x1 b, b y2 -> y2 x1', t, notation='named') for t in TARGETS]\n"
        "texts += [emit('i->ibc', t, sizes={'c': 2, 'b': 3}) for t in TARGETS]\n"
        "print(hashlib.sha256(''.join(texts).encode()).hexdigest())\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            check=True,
            timeout=120,
            capture_output=True,
            text=True,
        ).stdout
        for seed in "01"
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 64


def test_same_request_gives_the_same_text() -> None:
    for pattern in PATTERNS:
        assert emit(pattern) == emit(pattern)


@pytest.mark.parametrize("target", EVERY)
@pytest.mark.oracle
def test_module_runs_as_a_script_of_its_own(target: str, tmp_path: Any) -> None:
    path = tmp_path / "module.py"
    path.write_text(emit("bij,jk->ik", target), encoding="utf-8")
    command = [sys.executable, "-W", "error", str(path)]
    right = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=120
    )
    assert (right.returncode, right.stdout, right.stderr) == (0, "dx is right\ndw is right\n", "")
    broken = re.sub(r"return (dx|like\(dx)", r"return 2 * \1", emit("bij,jk->ik", target))
    path.write_text(broken, encoding="utf-8")
    wrong = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=120
    )
    assert wrong.returncode == 1
    assert "dx is wrong: " in wrong.stdout


COMPUTING = ("save", "output", "pullback", "forward", "backward")


class Changed(ast.NodeTransformer):
    """Adds 1 to the number `at` of the values that a module's functions compute."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:  # ast's name
        computes = node.name in COMPUTING or node.name.startswith("make_")
        return self.generic_visit(node) if computes else node

    def visit_Assign(self, node: ast.Assign) -> Any:  # ast's name
        target = node.targets[0]
        namespace = isinstance(target, ast.Name) and target.id == "xp"
        if namespace or isinstance(target, ast.Tuple) or "empty(" in ast.unparse(node):
            return node
        return self._more(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:  # ast's name
        return self._more(node)

    def visit_Return(self, node: ast.Return) -> Any:  # ast's name
        if isinstance(node.value, ast.Tuple | ast.Subscript | ast.Name) or (
            isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
        ):
            return node
        return self._more(node)

    def _more(self, node: Any) -> Any:
        if self.seen == self.at:
            node.value = ast.BinOp(node.value, ast.Add(), ast.Constant(1))
        self.seen += 1
        return ast.fix_missing_locations(node)


MUTATED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("bij,jk->ik", {}),
    ("ii,ij->j", {}),
    ("ab,cd->ab", {}),
    ("ab,bc,cd->ad", {}),
    ("...ij,jk->...ik", {}),
    ("ijj,k->ik", {}),
    ("i->ib", {"sizes": {"b": 3}}),
    ("ij,j->ij", {"shapes": [(2, 3), (1,)]}),
    ("ij,jk->ik", {"numbers": "complex"}),
)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("pattern", "arguments"), MUTATED)
def test_a_wrong_line_is_found_by_the_module_itself(
    target: str, pattern: str, arguments: dict[str, Any]
) -> None:
    text = emit(pattern, target, **arguments)
    counter = Changed(-1)
    counter.visit(ast.parse(text))
    assert counter.seen >= 2
    for at in range(counter.seen):
        broken = ast.unparse(Changed(at).visit(ast.parse(text)))
        code, printed = exit_code(broken)
        assert code == 1, broken
        assert "is wrong" in printed or "Error" in printed


@pytest.mark.parametrize(
    ("target", "pattern", "line", "wrong"),
    [
        ("numpy", "bij,jk->ik", "x.sum(axis=0)", "x[0]"),
        ("numpy", "ij,jk->ik", "dz @ w.T", "(dz @ w.T) * 1.000001"),
        ("numpy", "ij,kj->ik", "dz.T @ x", "(x.T @ dz).T[::-1]"),
        ("numpy", "ij->ji", "x.T", "x.T[::-1]"),
        ("numpy", "ab,cd->ab", "w.sum(axis=(0, 1))", "w.sum(axis=0)[0]"),
        ("numpy", "aabcd->ad", "dx_ad[:, None, None, :]", "dx_ad[::-1, None, None, :]"),
        ("einops", "bij,jk->ik", '"i j -> b i j"', '"i j -> i b j"'),
        ("einops", "ij,jk->ik", '"ij,ik->jk"', '"ij,ik->kj"'),
        ("einops", "ab,cd->ab", "c=w.shape[0]", "c=w.shape[1]"),
        ("numpy", "ii->i", "[...] = dx_i", "[...] = 0 * dx_i"),
    ],
)
def test_a_wrong_piece_is_found_by_the_module_itself(
    target: str, pattern: str, line: str, wrong: str
) -> None:
    text = emit(pattern, target)
    if line in text:
        assert exit_code(text.replace(line, wrong))[0] == 1
    assert exit_code(text)[0] == 0


def test_comment_of_each_gradient_says_the_swap_and_why() -> None:
    text = emit("bij,jk->ik", "einops")
    flat = " ".join(line.strip().removeprefix("# ") for line in text.split("\n"))
    assert "dx: put dz in the place of x, ik,jk->bij. No operand on the left has b: " in flat
    assert "dw: put dz in the place of w; bij,ik->jk runs as it stands." in flat


def test_docstring_holds_the_equation() -> None:
    for target in TARGETS:
        docstring = ast.get_docstring(ast.parse(emit("bij,jk->ik", target))) or ""
        assert "Z[i,k] = Σ_b Σ_j  X[b,i,j] · W[j,k]" in docstring
        assert "The einsum bij,jk->ik and its gradients." in docstring


def test_without_gradients_there_is_nothing_to_check() -> None:
    for target in TARGETS:
        defined = functions(emit("ij,jk->ik", target, wrt=()))
        assert not defined.keys() & {"draw", "main"}


def test_a_module_says_no_more_than_it_has() -> None:
    # Arrays are NumPy's, whether or not a function of it is called.
    assert "Written by einsum-grad; needs NumPy.\n" in emit("ab,c->abc", wrt=())
    assert "import" not in emit("ab,c->abc", wrt=())
    assert "Written by einsum-grad; needs PyTorch.\n" in emit("ab->a", "torch", bare=True)
    assert "Written by einsum-grad; needs NumPy. Run as a script, it checks" in emit("ab->a")


def network(seed: int) -> str:
    """A pattern of 12 to 45 operands of up to ten axes each."""
    random = Random(seed)
    count = random.randint(12, 45)
    terms = ["" for _ in range(count)]
    for label in string.ascii_letters[: random.randint(8, 52)] * 2:
        for place in random.sample(range(count), random.randint(1, 3)):
            terms[place] += label if len(terms[place]) < 10 else ""
    known = sorted(set("".join(terms)))
    return f"{','.join(terms)}->{''.join(random.sample(known, random.randint(0, 5)))}"


@pytest.mark.parametrize("seed", range(tries(12)))
def test_modules_of_many_operands_are_python_and_right(seed: int) -> None:
    pattern = network(seed)
    text = emit(pattern, numbers=("real", "complex")[seed % 2])
    code, printed = exit_code(text)
    assert code == 0, printed
    for written in (text, tangents(pattern, "jvp"), tangents(pattern, "hvp")):
        assert max(map(len, written.splitlines())) <= WIDTH


@pytest.mark.parametrize("count", [2, 5, 11, 24])
def test_what_many_arrays_need_at_once_is_laid_out(count: int) -> None:
    text = ",".join(["ii"] * count) + "->"
    f = eg.compile(text, optimize=False)
    entries = np.array([1 + 1j, 2j])
    out, pullback = f.vjp(*[np.diag(entries)] * count)
    assert out == sum(entry**count for entry in (1 + 1j, 2j))
    for gradient in pullback(1.0):
        np.testing.assert_allclose(gradient, np.diag(np.conj(entries) ** (count - 1)), rtol=1e-14)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("pattern", ["bij,jk->ik", "ab,bc,cd->ad", "i->ii", "...i->...i"])
def test_a_bare_module_is_the_same_without_its_check(pattern: str, target: str) -> None:
    whole, bare = emit(pattern, target), emit(pattern, target, bare=True)
    head = whole[: whole.index("\n\n\ndef draw(")] + "\n"
    assert bare.split("\n\n\n", 1)[1] == head.split("\n\n\n", 1)[1]
    for word in ("def draw(", "def main(", "__main__", "random", "script"):
        assert word not in bare
    assert ("import numpy" in bare) == (" np." in bare or "(np." in bare)


def test_a_bare_module_of_blocks_has_the_helpers_it_calls() -> None:
    text = emit("ij,ij->ij", sizes={"i": 2048, "j": 2048}, blocked=True, bare=True)
    x, w = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    dx, dw = run(text).backward(w, x, w)
    np.testing.assert_array_equal(dx, w)
    np.testing.assert_array_equal(dw, x)
