"""The places of the ingest matrix, and what was found at one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final, NamedTuple

from load.bodies import Body, alternative, attachment, text
from load.cost import Cost
from load.journal import Audit
from load.plan import Plan, Way
from load.tally import Tally

ROUNDS: Final = 3
SECONDS, WARM = 1.2, 0.3
MAIN: Final = 50
"""The number of connections for which bars are set."""

BODIES: Final[Mapping[int, Callable[[int], Body]]] = {1: text, 10: alternative, 100: attachment}
CONNECTIONS: Final = (1, 10, MAIN, 200)
US, SINK = "Mailweir", "smtp-sink"
_KIB: Final = 1024


class Cell(NamedTuple):
    """One place of the matrix; `size` in KiB."""

    way: Way
    size: int
    connections: int

    @property
    def plan(self) -> Plan:
        return Plan(
            body=BODIES[self.size](self.size * _KIB),
            way=self.way,
            connections=self.connections,
            seconds=SECONDS + WARM,
            warm=WARM,
        )

    @property
    def place(self) -> str:
        return f"{self.size} KB, {self.connections} connection{'s' if self.connections > 1 else ''}"

    def __str__(self) -> str:
        return f"{self.place}, {self.way}"


CELLS: Final = tuple(Cell(*one) for one in product(Way, BODIES, CONNECTIONS))


@dataclass(slots=True)
class Found:
    """Rates by server, and what our own best round cost."""

    rates: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    ours: Tally | None = None
    cost: Cost | None = None
    audit: Audit | None = None

    def add(self, who: str, rate: float) -> None:
        self.rates.setdefault(who, []).append(rate)

    def add_ours(self, tally: Tally, cost: Cost) -> None:
        self.add(US, tally.rate)
        if tally.rate == self.best(US):
            self.ours, self.cost = tally, cost

    def best(self, who: str) -> float:
        return max(self.rates[who])

    def ratio(self, of: str = US, to: str = SINK) -> float:
        """Of the one's best to the other's best."""
        return self.best(of) / max(self.best(to), 1e-9)

    @property
    def accepting(self) -> float:
        """µs of processor time a mail, of every process of ours but digestion's."""
        assert self.ours is not None
        assert self.cost is not None
        seconds = sum(spent for role, spent in self.cost.seconds.items() if role != "digest")
        return seconds * 1e6 / max(self.ours.acknowledged, 1)
