"""A two-layer classifier of handwritten digits, trained with Tensor and einsum alone.

Run it with:  .venv/bin/python examples/digits.py

It reads the 1,797 digits that scikit-learn ships, holds a fifth of them back, trains for some
seconds under a progress bar, prints the share of held-back digits that it reads rightly, and
draws the loss of every epoch to digits-loss.png (`--picture` names another file).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from tqdm import tqdm

import einsum_grad as eg

HIDDEN = 64
BATCH = 64
RATE = 0.2
MOMENTUM = 0.9
DIGITS = 10

Data = tuple[np.ndarray, np.ndarray]


class Classifier:
    """Pixels to a hidden layer to ten scores, with a relu between."""

    def __init__(self, pixels: int, random: np.random.Generator) -> None:
        def drawn(*shape: int) -> eg.Tensor:
            return eg.Tensor(random.standard_normal(shape) / shape[0] ** 0.5, requires_grad=True)

        self.weights = [drawn(pixels, HIDDEN), drawn(HIDDEN, DIGITS)]
        self.biases = [eg.Tensor(np.zeros(size), requires_grad=True) for size in (HIDDEN, DIGITS)]

    @property
    def parameters(self) -> list[eg.Tensor]:
        """Everything that is trained."""
        return [*self.weights, *self.biases]

    def scores(self, images: np.ndarray) -> eg.Tensor:
        """Return a score for each image and digit."""
        hidden = eg.relu(eg.einsum("bp,ph->bh", images, self.weights[0]) + self.biases[0])
        scores: eg.Tensor = eg.einsum("bh,hd->bd", hidden, self.weights[1]) + self.biases[1]
        return scores

    def loss(self, images: np.ndarray, labels: np.ndarray) -> eg.Tensor:
        """Return the mean cross-entropy; `labels` are the digits."""
        scores = self.scores(images)
        chosen = eg.einsum("bd,bd->b", scores, np.eye(DIGITS)[labels])
        loss: eg.Tensor = np.mean(eg.logsumexp(scores, axis=1) - chosen)
        return loss


def digits(random: np.random.Generator) -> tuple[Data, Data]:
    """Return images and labels to train on, and those held back."""
    images, labels = load_digits(return_X_y=True)
    order = random.permutation(len(images))
    images, labels = images[order] / 16, labels[order]
    kept = len(images) * 4 // 5
    return (images[:kept], labels[:kept]), (images[kept:], labels[kept:])


def batches(data: Data, random: np.random.Generator) -> Iterator[Data]:
    """Yield the data in random order, `BATCH` at a time."""
    images, labels = data
    order = random.permutation(len(images))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        yield images[chosen], labels[chosen]


def train(model: Classifier, data: Data, epochs: int, random: np.random.Generator) -> list[float]:
    """Descend the loss with momentum; return its mean in each epoch."""
    speeds = [np.zeros(parameter.shape) for parameter in model.parameters]
    losses: list[float] = []
    bar = tqdm(range(epochs), desc="training", unit="epoch")
    for epoch in bar:
        rate = RATE * (1 - epoch / epochs)
        seen = [step(model, batch, speeds, rate) for batch in batches(data, random)]
        losses.append(float(np.mean(seen)))
        bar.set_postfix(loss=f"{losses[-1]:.4f}")
    return losses


def step(model: Classifier, batch: Data, speeds: list[np.ndarray], rate: float) -> float:
    """Take one step down the loss of `batch`."""
    loss = model.loss(*batch)
    loss.backward()
    for place, parameter in enumerate(model.parameters):
        speeds[place] = MOMENTUM * speeds[place] - rate * parameter.grad
        parameter.data += speeds[place]
        parameter.grad = None
    return float(loss.item())


def accuracy(model: Classifier, data: Data) -> float:
    """Return the share of digits that are read rightly."""
    images, labels = data
    with eg.no_grad():
        read = model.scores(images).data.argmax(axis=1)
    return float(np.mean(read == labels))


def draw(losses: list[float], picture: Path) -> None:
    """Draw the loss of every epoch to the file `picture`."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="tight")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.semilogy(range(1, len(losses) + 1), losses)
    axes.set(xlabel="epoch", ylabel="mean cross-entropy", title="Training on the digits")
    axes.grid(visible=True, alpha=0.3)
    figure.savefig(picture)


def main() -> None:
    """Train, judge and draw."""
    parser = argparse.ArgumentParser(description="Train a classifier of handwritten digits.")
    parser.add_argument("--epochs", type=int, default=40, help="how often the data is gone through")
    parser.add_argument("--picture", type=Path, default=Path("digits-loss.png"))
    arguments = parser.parse_args()
    random = np.random.default_rng(0)
    training, held_back = digits(random)
    model = Classifier(training[0].shape[1], random)
    losses = train(model, training, arguments.epochs, random)
    draw(losses, arguments.picture)
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.4f}, drawn to {arguments.picture}")
    print(f"{accuracy(model, held_back):.1%} of the held-back digits are read rightly")


if __name__ == "__main__":
    main()
