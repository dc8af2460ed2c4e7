"""The CP decomposition of a 3-way tensor by gradient descent on ir,jr,kr->ijk.

Run it with:  .venv/bin/python examples/cp_decomposition.py

A tensor is made of known factors and some noise; three random factors then descend the squared
distance to it, by the compiled pullback alone. The fit, 1 - |T - model| / |T|, must come up to
that of the factors that the tensor was made of: with noise no factors fit much better.
"""

from __future__ import annotations

import argparse

import numpy as np
from tqdm import tqdm

import einsum_grad as eg

SHAPE = (20, 16, 12)
RANK = 4
NOISE = 0.05
RATE = 0.05
DECAYS = (0.9, 0.999)

Factors = list[np.ndarray]

compose = eg.compile("ir,jr,kr->ijk")


def factors(random: np.random.Generator) -> Factors:
    """Draw a factor for each axis of the tensor."""
    return [random.standard_normal((size, RANK)) for size in SHAPE]


def make(random: np.random.Generator) -> tuple[np.ndarray, Factors]:
    """Return a noisy tensor, and the factors that it was made of."""
    known = factors(random)
    tensor = compose(*known)
    noise = random.standard_normal(SHAPE)
    return tensor + NOISE * noise * np.linalg.norm(tensor) / np.linalg.norm(noise), known


def fit(tensor: np.ndarray, model: Factors) -> float:
    """Return how much of `tensor` the factors explain: 1 is all of it."""
    return float(1 - np.linalg.norm(tensor - compose(*model)) / np.linalg.norm(tensor))


def descend(tensor: np.ndarray, model: Factors, steps: int) -> Factors:
    """Descend half the squared distance to `tensor`, with Adam's steps (arXiv:1412.6980)."""
    means = [np.zeros(factor.shape) for factor in model]
    squares = [np.zeros(factor.shape) for factor in model]
    bar = tqdm(range(1, steps + 1), desc="descending", unit="step")
    for number in bar:
        output, pullback = compose.vjp(*model)
        distance = output - tensor
        rate = RATE * (1 - (number - 1) / steps)
        for place, gradient in enumerate(pullback(distance)):
            means[place] += (1 - DECAYS[0]) * (gradient - means[place])
            squares[place] += (1 - DECAYS[1]) * (gradient**2 - squares[place])
            mean = means[place] / (1 - DECAYS[0] ** number)
            square = squares[place] / (1 - DECAYS[1] ** number)
            model[place] = model[place] - rate * mean / (np.sqrt(square) + 1e-8)
        if number % 100 == 0:
            bar.set_postfix(distance=f"{np.linalg.norm(distance):.3f}")
    return model


def main() -> None:
    """Make a tensor, decompose it, and compare the fits."""
    parser = argparse.ArgumentParser(description="Decompose a tensor by gradient descent.")
    parser.add_argument("--steps", type=int, default=2000, help="how many steps to take")
    arguments = parser.parse_args()
    random = np.random.default_rng(0)
    tensor, known = make(random)
    found = descend(tensor, factors(random), arguments.steps)
    print(f"fit of the known factors  {fit(tensor, known):.4f}")
    print(f"fit of the found factors  {fit(tensor, found):.4f}")


if __name__ == "__main__":
    main()
