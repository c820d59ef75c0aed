"""Who has a place at a listener, and who has to give his up when there is none left."""

from collections import OrderedDict
from collections.abc import Collection
from typing import Final

from mailweir.policy.caps import Caps, Excess
from mailweir.servers.smtp import replies
from mailweir.servers.smtp.guest import Guest

LOOKED_AT: Final = 64
"""Sessions that are asked for one newcomer. Who is busy is asked again only after all others."""

_PRESSED: Final = 0.7
"""As much of the places as may be taken while there is no hurry."""


class Places:
    """As many as `most`. Whose connections are counted is a matter of `caps`.

    A peer that has got a message through keeps its place. Of the others the one that came first, and that
    nothing is under way with, makes room for a newcomer: an attacker who takes all places gives them up as
    fast as others come.
    """

    __slots__ = ("_caps", "_guests", "_unproven", "most")

    def __init__(self, most: int, caps: Caps | None) -> None:
        self.most = most
        self._caps = caps
        self._guests: dict[Guest, str] = {}  # with the address that is counted, empty when none is
        # Ordered, since a plain dict takes ever longer to find its first key once many have gone (25 µs).
        self._unproven: OrderedDict[Guest, None] = OrderedDict()  # asked longest ago first

    @property
    def guests(self) -> Collection[Guest]:
        """Everybody who is here."""
        return self._guests.keys()

    @property
    def pressed(self) -> bool:
        """Whether places are short."""
        return len(self._guests) > _PRESSED * self.most

    def enter(self, guest: Guest) -> Guest | None:
        """A newcomer takes a place; who had to make room for it, if anybody. Raises LookupError."""
        gone = self._make_room() if len(self._guests) >= self.most else None
        self._guests[guest] = ""
        self._unproven[guest] = None
        return gone

    def count(self, guest: Guest, now: float) -> Excess | None:
        """It is known where the newcomer comes from: why he may not stay, if he may not."""
        caps, ip = self._caps, guest.ip
        if caps is None or guest not in self._guests or not caps.counts(ip):
            return None
        excess = caps.enter(ip, now)
        if excess is None:
            self._guests[guest] = ip
        return excess

    def proven(self, guest: Guest) -> None:
        """A message of his is kept."""
        self._unproven.pop(guest, None)

    def leave(self, guest: Guest) -> None:
        """He is gone; saying so twice does no harm."""
        ip = self._guests.pop(guest, "")
        if ip and self._caps is not None:
            self._caps.leave(ip)
        self._unproven.pop(guest, None)

    def _make_room(self) -> Guest:
        waiting = self._unproven
        for _ in range(min(LOOKED_AT, len(waiting))):
            guest = next(iter(waiting))
            if guest.idle:
                self.leave(guest)
                guest.dismiss(replies.PLACE_NEEDED)
                return guest
            waiting.move_to_end(guest)
        raise LookupError(self.most)
