"""How a bench prints: every number with the command that gives it, and with the bar that is set for it."""

from collections.abc import Sequence


def show(name: str, value: str, bar: str = "", *, met: bool = True) -> None:
    """One figure on one line."""
    mark = "" if not bar else f"   (bar: {bar}{'' if met else ', MISSED'})"
    print(f"  {name:<62} {value:>16}{mark}", flush=True)


def command(text: str) -> None:
    """What the numbers below are given by."""
    print(f"$ {text}", flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of all values does not pass."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
