"""Whoever kills the processes of a server, one after the other, while others use it."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from fakes.server import Server, ended

ROLES = ("web", "digest", "receiver")


@dataclass(slots=True)
class Killer:
    """Kills processes of these roles, and those that they have started; `pause`: seconds between two."""

    server: Server
    chance: random.Random
    pause: tuple[float, float]
    roles: Sequence[str] = ROLES
    by_role: Counter[str] = field(default_factory=Counter[str])

    @property
    def killed(self) -> int:
        return self.by_role.total()

    async def work(self) -> None:
        """Until it is cancelled; the roles in turn, as chance has it."""
        while True:
            for role in self.chance.sample(self.roles, len(self.roles)):
                await asyncio.sleep(self.chance.uniform(*self.pause))
                victims = self.server.family(role)
                if not victims:
                    continue
                victim = self.chance.choice(victims)
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    self.by_role[role] += 1
                await asyncio.to_thread(ended, victim, 5.0)
