"""Asking the DNS."""

from collections.abc import Sequence
from typing import Protocol

from mailweir.model.address import Host


class Resolver(Protocol):
    """Every method raises UnavailableError when there was no answer; an unknown name has nothing."""

    async def texts(self, host: Host) -> Sequence[str]:
        """The TXT records of a host (RFC 1035 §3.3.14), the strings of each put together."""
        ...

    async def mail_hosts(self, host: Host) -> Sequence[Host]:
        """Where mail for a host goes: the names of its MX records, the preferred first (RFC 5321 §5.1).

        Empty where there is none, and where a null MX says that no mail is taken (RFC 7505).
        """
        ...
