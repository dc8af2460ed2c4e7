"""Every example is run as its first lines say, in an empty folder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import einsum_grad as eg
from tests.examples.loading import EXAMPLES, load


def run(name: str, folder: Path, *arguments: str) -> str:
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_first_lines_give_the_command(path: Path) -> None:
    command = f"Run it with:  .venv/bin/python examples/{path.name}"
    assert command in path.read_text(encoding="utf-8").splitlines()[:4]


def test_network_prints_a_gradient_of_every_weight(tmp_path: Path) -> None:
    printed = run("network.py", tmp_path)
    network = load("network.py")
    assert printed.count("repeated along") == len(network.LAYERS)
    assert "ab,bd->      weight (5, 3): ab,->bd, repeated along d" in printed


def test_network_gradients_equal_numeric_ones() -> None:
    network = load("network.py")
    x, weights = network.arrays()

    def output(*weights: eg.Tensor) -> eg.Tensor:
        result: eg.Tensor = network.network(eg.Tensor(x), weights)
        return result

    eg.check_gradients(output, *weights)


def test_digits_learns_and_draws(tmp_path: Path) -> None:
    printed = run("digits.py", tmp_path, "--picture", "curve.png")
    share = re.search(r"([\d.]+)% of the held-back digits", printed)
    assert share is not None
    assert float(share[1]) >= 97
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_digits_holds_data_back() -> None:
    digits = load("digits.py")
    (training, _), (held_back, labels) = digits.digits(np.random.default_rng(1))
    seen = {image.tobytes() for image in training}
    new = sum(image.tobytes() not in seen for image in held_back)
    assert len(held_back) == len(labels) >= 300
    assert new == len(held_back)


def test_cp_decomposition_fits_as_the_known_factors_do(tmp_path: Path) -> None:
    printed = run("cp_decomposition.py", tmp_path)
    known, found = map(float, re.findall(r"factors\s+([\d.]+)", printed))
    assert 0.9 < known < 1
    assert found > known - 0.002


@pytest.mark.oracle
def test_out_of_core_descends_and_draws_its_progress(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    pytest.importorskip("zarr")
    printed = run("out_of_core.py", tmp_path, "--rows", "560", "--steps", "3")
    losses = [float(loss) for loss in re.findall(r"^loss (\S+)", printed, re.MULTILINE)]
    assert len(losses) == 3
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 1.5
    assert "100% Completed" in printed
