"""The resolver of this machine, or those that the operator names, by dnspython."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver

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
        self._resolver: dns.asyncresolver.Resolver | None = None

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
        try:
            async with asyncio.timeout(2 * _SECONDS), self._places:
                answer = await self._configured().resolve(
                    f"{host}.", kind, lifetime=_SECONDS, raise_on_no_answer=False
                )
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError, TimeoutError) as error:
            raise UnavailableError(f"the DNS gave no answer for {host}") from error
        return list(answer)[:_RECORDS]

    def _configured(self) -> dns.asyncresolver.Resolver:
        """Made when it is needed: a machine without any resolver serves all the same."""
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                self._resolver.nameservers = [
                    dns.nameserver.Do53Nameserver(ip, port) for ip, port in self._servers
                ]
        return self._resolver
