"""Kernels that numba compiles: once for each layout and dtype, and loaded in other processes."""

from __future__ import annotations

import io
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from einsum_grad.kernels.jit import folder
from tests.kernels.jit.modules import HADAMARD, SUMS, module

event = pytest.importorskip("numba.core.event")
pytestmark = [pytest.mark.oracle, pytest.mark.compiled]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EINSUM_GRAD_CACHE_DIR", str(tmp_path))
    return tmp_path / "einsum-grad" / "kernels"


def laid_out(shape: tuple[int, int], dtype: str) -> Iterator[np.ndarray[Any, Any]]:
    """Arrays of the same numbers in all kinds of memory: gaps, steps, orders, broadcasts."""
    rows, columns = shape
    numbers = np.arange(rows * columns).reshape(shape) % 9 - 4
    orders: tuple[Literal["C"], Literal["F"]] = ("C", "F")
    for order in orders:
        yield np.array(numbers, dtype, order=order)
        wide = np.zeros((2 * rows, 3 * columns), dtype, order=order)
        for step in (1, 2, -1):
            part = wide[1 : rows + 1, :: abs(step)][:, 1 : columns + 1][:, :: 1 if step > 0 else -1]
            part[...] = numbers
            yield part
    yield np.broadcast_to(np.array(3, dtype), shape)
    yield np.broadcast_to(np.arange(columns).astype(dtype), shape)
    yield np.broadcast_to(np.arange(rows).astype(dtype)[:, None], shape)


@pytest.mark.parametrize("dtype", ["f4", "i8", "c16"])
def test_every_layout_is_computed_right(dtype: str) -> None:
    made = module(HADAMARD)
    arrays = list(laid_out((7, 5), dtype))
    for dz, x in itertools.product(arrays, repeat=2):
        w = x[::-1]
        z, (dx, dw) = made.value_and_gradients(dz, x, w)
        np.testing.assert_array_equal(z, x * w)
        np.testing.assert_array_equal(dx, dz * w)
        np.testing.assert_array_equal(dw, x * dz)


def test_one_compiled_function_serves_one_layout_of_the_last_axis() -> None:
    made = module(HADAMARD)
    kernel = made.make_z_dx_dw
    whole = np.ones((4, 6))
    made.value_and_gradients(whole, whole, whole)
    made.value_and_gradients(whole[:, ::2], whole[:, ::2], whole[:, ::2])
    plain = kernel.compiled_for((whole,))
    assert kernel.compiled_for((whole[:, ::2],)) is plain
    assert kernel.compiled_for((whole[:, :3],)) is not plain
    assert kernel.compiled_for((whole[:, 1:4],)) is kernel.compiled_for((whole[:2, :2],))


def test_a_kernel_refuses_arrays_of_another_layout_than_it_was_compiled_for() -> None:
    kernel = module(SUMS).make_z
    whole = np.ones((4, 6))
    run = kernel.compiled_for((0, 4, whole[:, :3]))
    with pytest.raises(ValueError, match="another layout"):
        run(0, 4, whole[:, ::2])


SECOND = """
import sys
import numpy as np
from tests.kernels.jit.modules import HADAMARD, SUMS, module

assert "numba" not in sys.modules
made = [module(text) for text in (HADAMARD, SUMS)]
assert "numba" not in sys.modules
from numba.core import event
with event.install_recorder("numba:compile") as compiled:
    x = np.arange(12.0).reshape(4, 3)[:, :ROWS]
    z, (dx, dw) = made[0].value_and_gradients(x, x, x)
    assert (z == x * x).all() and (dx == x * x).all() and (dw == x * x).all()
    assert (made[1].output(x) == x.sum(0)).all()
print(len(compiled.buffer))
"""


def compiles(rows: int = 3, **environment: str) -> bool:
    """Whether another process, which needs two kernels, compiled anything."""
    command = [sys.executable, "-c", SECOND.replace("ROWS", str(rows))]
    given = {**os.environ, **environment}
    told = subprocess.run(command, check=True, capture_output=True, env=given).stdout
    return int(told) > 0


@pytest.mark.parametrize("rows", [2, 3])
def test_the_second_process_compiles_nothing(place: Path, rows: int) -> None:
    assert compiles(rows)
    assert not compiles(rows)
    assert len(list(place.iterdir())) == 2


def test_processes_that_compile_at_once_do_no_harm(place: Path) -> None:
    command = [sys.executable, "-c", SECOND.replace("ROWS", "3")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in "12"]
    assert [process.communicate()[0] and process.returncode for process in started] == [0, 0]
    assert not compiles()
    assert len(list(place.iterdir())) == 2


def test_a_harmed_file_is_compiled_and_written_again(place: Path) -> None:
    compiles()
    for path in place.iterdir():
        path.write_bytes(path.read_bytes()[:-9] + b"\0" * 9)
    assert compiles()
    assert not compiles()


def test_a_file_that_numba_cannot_use_is_compiled_again(place: Path) -> None:
    keys, write = list[str](), folder.write

    def noted(key: str, data: bytes) -> None:
        keys.append(key)
        write(key, data)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(folder, "write", noted)
        module(SUMS).output(np.ones((2, 2)))
    write(keys[0], b"no pickle")
    with event.install_recorder("numba:compile") as compiled:
        assert module(SUMS).output(np.ones((2, 2))).tolist() == [2, 2]
    assert compiled.buffer
    assert folder.read(keys[0]) not in (None, b"no pickle")


def test_without_a_folder_kernels_are_compiled_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    nowhere = str(tmp_path / "file")
    assert compiles(EINSUM_GRAD_CACHE_DIR=nowhere)
    assert compiles(EINSUM_GRAD_CACHE_DIR=nowhere)


def test_kernels_of_one_name_from_several_processes_are_told_apart(place: Path) -> None:
    # Each is the first of its process, and numba numbers functions in each process from 1.
    texts = [SUMS.replace("+= x[i, j]", f"+= {factor} * x[i, j]") for factor in (2, 3)]
    script = "import sys, numpy as np; from tests.kernels.jit.modules import module;"
    for text in texts:
        run = f"{script} module({text!r}).output(np.ones((4, 3)))"
        subprocess.run([sys.executable, "-c", run], check=True)
    assert len(list(place.iterdir())) == 2
    with event.install_recorder("numba:compile") as compiled:
        found = [module(text).output(np.ones((4, 3))).tolist() for text in texts]
    assert found == [[8.0] * 3, [12.0] * 3]
    kernels = [module(text).make_z.compiled_for((0, 4, np.ones((4, 3)))) for text in texts]
    assert len({kernel.py_func.__qualname__ for kernel in kernels}) == 2
    assert not compiled.buffer


def test_an_option_is_part_of_what_was_compiled(place: Path) -> None:
    module(SUMS).output(np.ones((2, 2)))
    module(SUMS.replace(", nogil=True", "")).output(np.ones((2, 2)))
    module(SUMS.replace('fastmath={"reassoc"}, ', "")).output(np.ones((2, 2)))
    assert len(list(place.iterdir())) == 3


def test_a_constant_of_the_module_is_part_of_what_was_compiled(place: Path) -> None:
    text = SUMS.replace("\n@kernel", "TWO = 2\n\n\n@kernel").replace("+= x", "+= TWO * x")
    assert module(text).output(np.ones((2, 1))).tolist() == [4]
    assert module(text.replace("TWO = 2", "TWO = 3")).output(np.ones((2, 1))).tolist() == [6]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_that_a_kernel_is_compiled(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einsum_grad.progress._DELAY", 0.005)
    monkeypatch.setenv("TERM", "xterm")
    told = []
    for _ in range(2):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        module(SUMS).output(np.ones((2, 2)))
        told.append(terminal.getvalue())
    assert told[0].startswith("\rcompiling a kernel ...")
    assert told[0].endswith(" \r")
    assert told[1] == ""
    assert place.exists()


def test_nothing_runs_where_numba_is_told_not_to_compile() -> None:
    script = SECOND.replace("ROWS", "3")
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
