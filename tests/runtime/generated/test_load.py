import ast
import builtins
import gc
import importlib
import inspect
import linecache
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable
from datetime import datetime
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.emit import TARGETS, Source, write
from einsum_grad.kernels.helpers import HELPERS
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.runtime.dtypes import Array
from einsum_grad.runtime.generated.load import load
from einsum_grad.syntax import parse
from tests.programs import program_of


def ours() -> set[str]:
    return {name for name in linecache.cache if name.startswith("<einsum-grad ")}


def source(body: str) -> Source:
    return Source(f"def forward():\n    return {body}\n\n\ndef backward():\n    pass\n", "numpy")


def parsed(text: str) -> Pattern:
    return pattern_of(parse(text))


def test_source_is_what_inspect_finds() -> None:
    f = eg.compile("bij,jk->ik")
    assert inspect.getsource(f.module) == f.source
    assert eg.compile("ij,jk->ik").source == eg.emit("ij,jk->ik")
    assert inspect.getsource(f) == inspect.getsource(f.module.forward)
    assert inspect.getsource(f).startswith("def forward(x, w):\n")
    assert inspect.getsource(f.module.backward).startswith("def backward(dz, x, w):\n")


def test_code_that_only_a_script_needs_is_not_compiled() -> None:
    text = "def forward():\n    return 1\n\n\ndef backward():\n    pass\n"
    rest = "\n\ndef main():\n    pass\n"
    loaded = load(Source(text + rest, "numpy", needed=len(text)), "x")
    assert not hasattr(loaded.module, "main")
    assert inspect.getsource(loaded.module) == text + rest
    assert hasattr(load(Source(text + rest, "numpy"), "x").module, "main")


def test_code_that_checks_operands_is_compiled_on_request() -> None:
    loaded = load(
        write(program_of(parsed("ij,jk->ik"), (0, 1), TARGETS["numpy"], {}), TARGETS["numpy"]), "x"
    )
    assert not hasattr(loaded.executed, "forward")
    assert loaded.module.forward(np.ones((2, 3)), np.ones((3, 4))).shape == (2, 4)
    assert loaded.module is loaded.module


def test_a_module_of_large_arrays_has_the_helpers_of_the_library_alone() -> None:
    source = write(
        program_of(parsed("ij,ij->ij"), (0, 1), TARGETS["numpy"], {"i": 1024, "j": 1024}),
        TARGETS["numpy"],
    )
    assert source.needed is not None
    assert "def in_blocks(" not in source.text[: source.needed]
    assert "def in_blocks(" in source.text[source.needed :]
    assert load(source, "x").module.empty is HELPERS["empty"]


def test_lines_are_those_of_the_source_also_after_a_check() -> None:
    f = eg.compile("bij,jk->ki")
    linecache.checkcache()
    filename = f.module.__file__
    lines = f.source.splitlines(keepends=True)
    assert linecache.getlines(filename) == lines
    assert linecache.getline(filename, 1) == lines[0]


def test_traceback_shows_the_generated_line() -> None:
    f = eg.compile("ij,jk->ik")
    with pytest.raises(ValueError, match="j has the sizes 3 and 4") as caught:
        f.module.forward(np.ones((2, 3)), np.ones((4, 5)))
    shown = "".join(traceback.format_exception(caught.value))
    assert "<einsum-grad " in shown
    assert "check_sizes(x, w)" in shown
    assert 'raise ValueError(f"label j has the sizes' in shown


def test_file_name_holds_the_pattern_in_our_letters() -> None:
    f = eg.compile("secret i, i os -> os", notation="named")
    assert "secret" not in f.module.__file__
    assert f.module.__file__.endswith(": si,io->o>")


def test_source_lines_are_dropped_with_the_functions() -> None:
    before = ours()
    loaded = load(source("1"), "gone")
    (filename,) = ours() - before
    output = loaded.module.forward
    del loaded
    gc.collect()
    assert linecache.getline(filename, 2) == "    return 1\n"  # one of its functions still lives
    assert output() == 1
    del output
    gc.collect()
    load(source("2"), "next")
    assert filename not in linecache.cache


def test_source_lines_are_kept_while_linecache_iterates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[Any] = []

    class Collecting(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            if kept:
                kept.clear()
                gc.collect()
            return super().__getitem__(name)

    monkeypatch.setattr(linecache, "cache", Collecting(linecache.cache))
    kept.append(load(source("1"), "going"))
    linecache.checkcache()


def test_source_lines_stay_while_any_function_lives() -> None:
    before = ours()
    backward = load(source("1"), "kept").module.backward
    gc.collect()
    assert len(ours() - before) == 1
    assert inspect.getsource(backward).startswith("def backward")


def test_two_modules_have_two_files() -> None:
    one, other = load(source("1"), "same"), load(source("2"), "same")
    assert one.module.__file__ != other.module.__file__
    assert inspect.getsource(one.module.forward) != inspect.getsource(other.module.forward)


@pytest.mark.parametrize(
    "name",
    [
        "open",
        "eval",
        "exec",
        "compile",
        "input",
        "getattr",
        "setattr",
        "globals",
        "vars",
        "object",
        "type",
        "breakpoint",
        "exit",
        "help",
        "__build_class__",
        "memoryview",
    ],
)
def test_dangerous_builtins_are_missing(name: str) -> None:
    with pytest.raises(NameError):
        load(source(f"{name}"), "x").module.forward()


def test_builtins_are_the_few_that_modules_use() -> None:
    used = set()
    for pattern in ("bij,jk->ik", "...ii,...i->...", "...ij,jk->...ik", "i->ii"):
        for target in TARGETS:
            tree = ast.parse(eg.emit(pattern, target))
            used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    there = set(eg.compile("i->").module.__builtins__)
    tree = ast.parse(eg.emit("bi,bi,i->bi", sizes={"b": 10_000, "i": 1000}, blocked=True))
    used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert there - used <= {"__import__", "float", "map", "sum", "zip"}
    # doctest leaves the last value among the builtins, as `_`.
    assert used.intersection(dir(builtins)) - there - {"_"} == {"__name__"}


@pytest.mark.parametrize(
    "module", ["os", "sys", "subprocess", "builtins", "einsum_grad", "io", "warnings"]
)
@pytest.mark.parametrize("statement", ["import {}", "from {} import path", "import {} as np"])
def test_other_modules_are_not_imported(statement: str, module: str) -> None:
    text = f"{statement.format(module)}\n\ndef forward():\n    return 1\n\nbackward = forward\n"
    with pytest.raises(ImportError, match=f"generated code does not import {module}"):
        load(Source(text, "numpy"), "x")


def test_module_holds_functions_and_libraries_alone() -> None:
    f = eg.compile("...ij,jk->...ik", target="einops")
    values = {name: value for name, value in vars(f.module).items() if not name.startswith("__")}
    libraries = {name for name, value in values.items() if not isinstance(value, FunctionType)}
    assert libraries <= {"np", "einops", "math"}


def test_warnings_of_numpy_leave_generated_code_as_warnings() -> None:
    big = np.full(2, 1e300)
    with pytest.warns(RuntimeWarning, match="overflow"):
        eg.einsum("i,i->i", big, big)


def test_c_code_finds_the_modules_that_it_imports() -> None:
    # datetime is written in C; it imports its date parser as Python imports `warnings`.
    loaded = load(source("strptime('2000', '%Y').year"), "x")
    importlib.import_module("_strptime")
    vars(loaded.executed)["strptime"] = datetime.strptime
    assert loaded.module.forward() == 2000


@pytest.mark.parametrize("names", ["[]", "[], 0"])
def test_generated_code_gets_nothing_by_importing_as_c_code_does(names: str) -> None:
    assert load(source(f"__import__('os', {{}}, {{}}, {names})"), "x").module.forward() is None
    with pytest.raises(ImportError, match="does not import this"):
        load(source(f"__import__('this', {{}}, {{}}, {names})"), "x").module.forward()


Pass = Callable[["eg.Function", Array, Array], Any]

PASSES: dict[str, Pass] = {
    "forward": lambda f, big, g: f(big, big),
    "vjp": lambda f, big, g: f.vjp(big, g)[1](big),
    "backward": lambda f, big, g: f.backward(big, big, big),
    "value_and_gradients": lambda f, big, g: f.value_and_gradients(big, big, big),
    "jvp": lambda f, big, g: f.jvp((big, big), (big, None)),
    "hvp": lambda f, big, g: f.hvp((big, g), (big, None), big),
}


@pytest.mark.parametrize("run", PASSES.values(), ids=PASSES.keys())
@pytest.mark.parametrize("size", [2, 2_000_000])
def test_each_pass_warns_and_heeds_the_filter(run: Pass, size: int) -> None:
    f = eg.compile("i,i->i")
    big, ones = np.full(size, 1e300), np.ones(size)
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        run(f, big, ones)
    assert {(w.category, str(w.message)) for w in recorded} == {
        (RuntimeWarning, "overflow encountered in multiply")
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="overflow"):
            run(f, big, ones)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow"):
        run(f, big, ones)


def test_pdb_steps_through_generated_lines() -> None:
    script = (
        "import numpy as np, einsum_grad as eg\n"
        "f = eg.compile('bij,jk->ik')\n"
        "import pdb\n"
        "pdb.Pdb(nosigint=True, readrc=False).runcall("
        "f.module.backward, np.ones((3, 5)), np.ones((2, 3, 4)), np.ones((4, 5)))\n"
    )
    commands = "list\nstep\nwhere\nnext\nargs\ncontinue\n"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=commands,
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "<einsum-grad " in done.stdout
    assert "check_sizes(x, w)" in done.stdout  # the current line, with its text
    assert "if x.ndim != 3:" in done.stdout  # and the next, inside the function stepped into
    assert "x = array(" in done.stdout
