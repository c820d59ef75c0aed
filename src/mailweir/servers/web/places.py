"""Who has a connection to the web door, how many one address may have, and who makes room for a newcomer.

The same guard that the SMTP doors have, in the words of HTTP: a connection that nothing is asked on may be
closed at any time (RFC 9112 §9.5), so that there is always somebody to make room.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final, Protocol

from mailweir.policy.caps import Caps, Excess, Width, unmapped
from mailweir.policy.networks import Network

_PRESSED: Final = 0.7
"""As much of the places as may be taken while there is no hurry."""

_WHOSE: Final = {
    Width.ADDRESS: "your address",
    Width.NETWORK: "your network",
    Width.REGION: "the network of your provider",
}


class Holder(Protocol):
    """A connection."""

    def make_room(self) -> None:
        """Ends at once; nothing is asked on it."""
        ...


class Places:
    """As many as `most`. Connections of `trusted` proxies, who speak for others, are not counted."""

    def __init__(self, most: int, caps: Caps | None = None, trusted: Sequence[Network] = ()) -> None:
        self._most = most
        self._caps = caps
        self._trusted = trusted
        self._holders: dict[Holder, str] = {}  # with the address that is counted, empty when none is
        self._idle: OrderedDict[Holder, None] = OrderedDict()  # idle for longest first

    @property
    def taken(self) -> int:
        """How many there are."""
        return len(self._holders)

    @property
    def pressed(self) -> bool:
        """Whether places are short."""
        return len(self._holders) > _PRESSED * self._most

    def enter(self, holder: Holder, ip: str) -> str | None:
        """A newcomer from there, who is idle at first; the sentence that refuses it, if it may not stay."""
        ip = unmapped(ip)
        caps = self._caps
        counted = ""
        if caps is not None and caps.counts(ip) and not self._speaks_for_others(ip):
            excess = caps.enter(ip, asyncio.get_running_loop().time())
            if excess is not None:
                return _sentence(excess)
            counted = ip
        if len(self._holders) >= self._most and not self._make_room():
            if caps is not None and counted:
                caps.leave(ip)
            return "This server has too many connections. Please try again."
        self._holders[holder] = counted
        self._idle[holder] = None
        return None

    def busy(self, holder: Holder) -> None:
        """Something is asked on it."""
        self._idle.pop(holder, None)

    def idle(self, holder: Holder) -> None:
        """It is answered."""
        if holder in self._holders:
            self._idle[holder] = None

    def moved(self, holder: Holder, to: Holder) -> None:
        """It is a WebSocket from now on, which is never idle."""
        self._idle.pop(holder, None)
        if holder in self._holders:
            self._holders[to] = self._holders.pop(holder)

    def leave(self, holder: Holder) -> None:
        """It is gone; saying so twice does no harm."""
        ip = self._holders.pop(holder, "")
        if ip and self._caps is not None:
            self._caps.leave(ip)
        self._idle.pop(holder, None)

    def _make_room(self) -> bool:
        if not self._idle:
            return False
        holder = next(iter(self._idle))
        self.leave(holder)
        holder.make_room()
        return True

    def _speaks_for_others(self, ip: str) -> bool:
        return bool(self._trusted) and any(ip_address(ip) in network for network in self._trusted)


def _sentence(excess: Excess) -> str:
    what = "new connections in a minute" if excess.rate else "connections"
    return f"Too many {what} from {_WHOSE[excess.width]} ({excess.most}). Please try again later."
