import ast
import builtins
import gc
import inspect
import linecache
import subprocess
import sys
import traceback
from types import FunctionType

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.emit import TARGETS, Source, program_of, write
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.runtime.helpers import HELPERS
from einsum_grad.runtime.load import load
from einsum_grad.syntax import parse


def ours() -> set[str]:
    return {name for name in linecache.cache if name.startswith("<einsum-grad ")}


def source(body: str) -> Source:
    return Source(f"def forward():\n    return {body}\n\n\ndef backward():\n    pass\n", "numpy")


def parsed(text: str) -> Pattern:
    return pattern_of(parse(text))


def test_source_is_what_inspect_finds() -> None:
    f = eg.compile("bij,jk->ik")
    assert inspect.getsource(f.module) == f.source
    assert f.source == eg.emit("bij,jk->ik")
    assert inspect.getsource(f) == inspect.getsource(f.module.forward)
    assert inspect.getsource(f).startswith("def forward(x, w):\n")
    assert inspect.getsource(f.module.backward).startswith("def backward(dz, x, w):\n")


def test_what_a_script_alone_needs_is_not_compiled() -> None:
    text = "def forward():\n    return 1\n\n\ndef backward():\n    pass\n"
    rest = "\n\ndef main():\n    pass\n"
    loaded = load(Source(text + rest, "numpy", needed=len(text)), "x")
    assert not hasattr(loaded.module, "main")
    assert inspect.getsource(loaded.module) == text + rest
    assert hasattr(load(Source(text + rest, "numpy"), "x").module, "main")


def test_what_checks_operands_is_compiled_when_someone_asks_for_the_module() -> None:
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


def test_lines_go_when_the_functions_go() -> None:
    before = ours()
    loaded = load(source("1"), "gone")
    (filename,) = ours() - before
    output = loaded.output
    del loaded
    gc.collect()
    assert linecache.getline(filename, 2) == "    return 1\n"  # a function of it still lives
    assert output() == 1
    del output
    gc.collect()
    assert filename not in linecache.cache


def test_lines_stay_while_any_function_lives() -> None:
    before = ours()
    backward = load(source("1"), "kept").module.backward
    gc.collect()
    assert len(ours() - before) == 1
    assert inspect.getsource(backward).startswith("def backward")


def test_two_modules_have_two_files() -> None:
    one, other = load(source("1"), "same"), load(source("2"), "same")
    assert one.module.__file__ != other.module.__file__
    assert inspect.getsource(one.output) != inspect.getsource(other.output)


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
def test_dangerous_builtins_are_not_there(name: str) -> None:
    with pytest.raises(NameError):
        load(source(f"{name}"), "x").output()


def test_builtins_are_the_few_that_modules_use() -> None:
    used = set()
    for pattern in ("bij,jk->ik", "...ii,...i->...", "i->ii"):
        for target in ("numpy", "einops"):
            tree = ast.parse(eg.emit(pattern, target))
            used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    there = set(eg.compile("i->").module.__builtins__)
    tree = ast.parse(eg.emit("bi,bi,i->bi", sizes={"b": 10_000, "i": 1000}))
    used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert there - used <= {"__import__", "float", "map", "sum", "zip"}
    assert used.intersection(dir(builtins)) - there == {"__name__"}


@pytest.mark.parametrize("module", ["os", "sys", "subprocess", "builtins", "einsum_grad", "io"])
def test_other_modules_are_not_imported(module: str) -> None:
    text = f"import {module}\n\ndef forward():\n    return 1\n\nbackward = forward\n"
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
    assert "check_sizes(x, w)" in done.stdout  # the line it stands on, with its text
    assert "if x.ndim != 3:" in done.stdout  # and the next, inside the function stepped into
    assert "x = array(" in done.stdout
