"""Curves as SVG, drawn so that the same figures give the same file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]
_SETTINGS: Final[dict[Any, Any]] = {"svg.hashsalt": "mailweir", "svg.fonttype": "none", "font.size": 9}
_STYLES: Final = ("-", "--", ":", "-.")


@dataclass(frozen=True, slots=True)
class Curve:
    """One or several series over the same axes. `logarithmic`: the horizontal one."""

    title: str
    x: str
    y: str
    series: Mapping[str, Points]
    logarithmic: bool = False


def draw(curve: Curve, file: Path) -> None:
    """Readable on light and on dark pages, since it has a ground of its own."""
    with mpl.rc_context(_SETTINGS):  # pyright: ignore[reportUnknownMemberType]  # half-known, as Figure
        figure: Any = Figure(figsize=(7, 3.4), layout="constrained")
        axes: Any = figure.subplots()  # its types are half-known
        for number, (name, points) in enumerate(curve.series.items()):
            style = _STYLES[number % len(_STYLES)]
            xs, ys = zip(*points, strict=True)
            axes.plot(xs, ys, style, marker="o", markersize=3, label=name)
        axes.set_title(curve.title)
        axes.set_xlabel(curve.x)
        axes.set_ylabel(curve.y)
        axes.set_ylim(bottom=0)
        if curve.logarithmic:
            axes.set_xscale("log")
        axes.grid(alpha=0.3)
        axes.legend()
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
