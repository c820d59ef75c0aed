"""The resolver of this machine, or those that the operator names, by dnspython.

That is imported for the first question: it takes 30 ms, and most servers never have one.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from mailweir.model.address import Host, canonical_domain
from mailweir.ports.errors import UnavailableError

_SECONDS: Final = 5.0  # for one question, all resolvers and repetitions included
_AT_ONCE: Final = 20  # questions; more wait, so that nobody makes us flood a resolver
_RECORDS: Final = 200  # of one answer: more are passed over
_OCTETS: Final = 1000  # of one text


class DnsResolver:
    """Asks `servers` (IP addresses, or IP:PORT), or those of the machine's own configuration."""

    def __init__(self, servers: Sequence[tuple[str, int]] = ()) -> None:
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._servers = tuple(servers)
        self._resolver: Any = None

    async def texts(self, host: Host) -> Sequence[str]:
        """The TXT records of a host."""
        records = await self._ask(host, "TXT")
        return [b"".join(record.strings)[:_OCTETS].decode("utf-8", "replace") for record in records]

    async def mail_hosts(self, host: Host) -> Sequence[Host]:
        """Where mail for a host goes."""
        records = sorted(await self._ask(host, "MX"), key=lambda record: record.preference)
        names = (record.exchange.to_text(omit_final_dot=True) for record in records)
        return [Host(canonical_domain(name)) for name in names if name != "."]

    async def _ask(self, host: Host, kind: str) -> list[Any]:
        from dns.exception import DNSException  # noqa: PLC0415  above
        from dns.resolver import NXDOMAIN  # noqa: PLC0415  above

        try:
            async with asyncio.timeout(2 * _SECONDS), self._places:
                answer = await self._configured().resolve(
                    f"{host}.", kind, lifetime=_SECONDS, raise_on_no_answer=False
                )
        except NXDOMAIN:
            return []
        except (DNSException, OSError, TimeoutError) as error:
            raise UnavailableError(f"the DNS gave no answer for {host}") from error
        return list(answer)[:_RECORDS]

    def _configured(self) -> Any:  # noqa: ANN401  a Resolver of dnspython
        """Made when it is needed: a machine without any resolver serves all the same."""
        if self._resolver is None:
            from dns.asyncresolver import Resolver  # noqa: PLC0415  above
            from dns.nameserver import Do53Nameserver  # noqa: PLC0415  above

            self._resolver = Resolver(configure=not self._servers)
            if self._servers:
                self._resolver.nameservers = [Do53Nameserver(ip, port) for ip, port in self._servers]
        return self._resolver
