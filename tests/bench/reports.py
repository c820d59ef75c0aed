"""How a bench tells what it found: on the terminal as it comes, and afterwards as one document.

Every number stands below the command that gives it, and beside the bar that is set for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.curves import Curve, draw

Row = Sequence[str]


@dataclass(slots=True)
class Report:
    """Sections of figures, tables and curves."""

    _lines: list[str] = field(default_factory=list[str])
    _curves: list[tuple[str, Curve]] = field(default_factory=list[tuple[str, Curve]])
    _in_code: bool = False
    missed: list[str] = field(default_factory=list[str])
    """The figures that do not meet their bars."""

    def section(self, title: str, about: str) -> None:
        """What follows belongs to it. `about`: what is measured, in a sentence or two."""
        print(f"\n{title}\n{about}", flush=True)
        self._text()
        self._lines += ["", f"## {title}", "", about, ""]

    def command(self, text: str) -> None:
        """What the numbers below are given by."""
        self._code(f"$ {text}")

    def figure(self, name: str, value: str, bar: str = "", *, met: bool = True) -> None:
        """One number on one line."""
        if not met:
            self.missed.append(f"{name}: {value}, bar: {bar}")
        mark = f"   (bar: {bar}{'' if met else ', MISSED'})" if bar else ""
        self._code(f"  {name:<62} {value:>16}{mark}")

    def at_least(self, name: str, value: float, bar: float, digits: int = 0) -> None:
        """A number that is to be as large as its bar."""
        self.figure(name, f"{value:,.{digits}f}", f"at least {bar:,g}", met=value >= bar)

    def at_most(self, name: str, value: float, bar: float, digits: int = 2) -> None:
        """A number that is not to be larger than its bar."""
        self.figure(name, f"{value:,.{digits}f}", f"at most {bar:,g}", met=value <= bar)

    def table(self, header: Row, rows: Sequence[Row]) -> None:
        """Columns of which the first is a name."""
        widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]
        for row in [header, *rows]:
            cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            cells[0] = row[0].ljust(widths[0])
            print("  " + "  ".join(cells), flush=True)
        self._text()
        ruler = ["---", *["---:"] * (len(header) - 1)]
        self._lines += ["", *("| " + " | ".join(row) + " |" for row in [header, ruler, *rows]), ""]

    def curve(self, file: str, curve: Curve) -> None:
        """A picture in the document; `file` is its name without an ending."""
        self._text()
        self._curves.append((file, curve))
        self._lines += ["", f"![{curve.title}](images/{file}.svg)", ""]

    def write(self, docs: Path, heading: Sequence[str]) -> Path:
        """The document and its pictures."""
        self._text()
        for file, curve in self._curves:
            draw(curve, docs / "images" / f"{file}.svg")
        document = docs / "benchmarks.md"
        text = "\n".join([*heading, *self._lines])
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
        document.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        return document

    def _code(self, line: str) -> None:
        print(line, flush=True)
        if not self._in_code:
            self._lines.append("```text")
            self._in_code = True
        self._lines.append(line.rstrip())

    def _text(self) -> None:
        if self._in_code:
            self._lines.append("```")
            self._in_code = False


def spread(values: Sequence[float]) -> str:
    """The best and, in brackets, the worst of some rates."""
    return f"{max(values):,.0f} ({min(values):,.0f})"


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of all values does not pass."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def by_series(points: Mapping[tuple[str, float], float]) -> dict[str, list[tuple[float, float]]]:
    """Points by the name of their series, in the order of x."""
    series: dict[str, list[tuple[float, float]]] = {}
    for (name, x), y in sorted(points.items(), key=lambda point: point[0][1]):
        series.setdefault(name, []).append((x, y))
    return series
