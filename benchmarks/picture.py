"""The picture of a run: a dot for each case and dtype, sorted, on a logarithmic scale."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from benchmarks.peers import RIVALS
from benchmarks.results import Results, Row, geometric_mean

_MARKERS = {"float32": "o", "float64": "D"}
_COLOURS = dict(zip(RIVALS, ("tab:orange", "tab:blue"), strict=True))
_ROW_INCHES = 0.16


def draw(results: Results, file: Path) -> None:
    """Draw the ratio to the better of torch and jax, the best cases on top."""
    rows = [row for row in results.rows if row.speedup is not None]
    cases = _sorted_cases(rows)
    figure = Figure(figsize=(9, 2.2 + _ROW_INCHES * len(cases)), layout="tight")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for row in rows:
        if row.speedup is not None and row.rival is not None:
            place = cases.index(row.case)
            marker, colour = _MARKERS[row.dtype], _COLOURS[row.rival]
            axes.plot(row.speedup, place, marker=marker, color=colour, markersize=4)
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=1)
    axes.axvline(0.9, color="tab:red", linewidth=0.8, linestyle="--")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks(range(len(cases)), cases, fontsize=7)
    axes.set_ylim(-1, len(cases))
    axes.set_xlabel("times faster than the better of torch and jax.jit")
    axes.grid(visible=True, axis="x", alpha=0.25)
    axes.grid(visible=True, axis="y", alpha=0.15)
    axes.set_title(_title(results), fontsize=9)
    axes.legend(handles=_legend(), fontsize=7, loc="lower right")
    figure.savefig(file, dpi=130)


def _sorted_cases(rows: list[Row]) -> list[str]:
    ratios: dict[str, list[float]] = {}
    for row in rows:
        ratios.setdefault(row.case, []).append(row.speedup or 1.0)
    return sorted(ratios, key=lambda case: geometric_mean(ratios[case]))


def _title(results: Results) -> str:
    about = results.about
    return (
        "einsum-grad: output and all gradients\n"
        f"{about['cpu']}, {about['cores']} cores, {about['date'][:10]}"
    )


def _legend() -> list[Line2D]:
    dtypes = [
        Line2D([], [], linestyle="", marker=marker, color="grey", label=dtype)
        for dtype, marker in _MARKERS.items()
    ]
    rivals = [
        Line2D([], [], linestyle="", marker="s", color=colour, label=f"{rival} was the better one")
        for rival, colour in _COLOURS.items()
    ]
    lines = [
        Line2D([], [], color="black", linewidth=1, label="as fast"),
        Line2D([], [], color="tab:red", linewidth=0.8, linestyle="--", label="0.9 times as fast"),
    ]
    return [*dtypes, *rivals, *lines]
