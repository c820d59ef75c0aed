"""What an incident measures: figures with their bars, printed one a line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and what is asked of it; `holds` says whether that is met."""

    name: str
    value: float
    bar: str
    holds: bool

    def __str__(self) -> str:
        value = f"{self.value:g}" if isinstance(self.value, float) else f"{self.value:,}"
        return f"  {'ok  ' if self.holds else 'FAIL'}  {self.name:<58} {value:>10}   ({self.bar})"


def exactly(name: str, value: int, wanted: int) -> Figure:
    return Figure(name, value, f"bar: {wanted:,}", value == wanted)


def at_least(name: str, value: float, bar: float) -> Figure:
    return Figure(name, value, f"bar: at least {bar:,}", value >= bar)


def at_most(name: str, value: float, bar: float) -> Figure:
    return Figure(name, round(value, 2), f"bar: at most {bar:g}", value <= bar)
