"""A name server on loopback that answers what it is told, in real DNS messages."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[tuple[str, str], Sequence[str]]
"""By name without the last dot and type: what stands in a zone file behind the type."""


@dataclass
class Nameserver(asyncio.DatagramProtocol):
    """`silent`: names that are never answered; `failing`: those that are answered SERVFAIL."""

    records: Records = field(default_factory=dict[tuple[str, str], Sequence[str]])
    silent: set[str] = field(default_factory=set[str])
    failing: set[str] = field(default_factory=set[str])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    port: int = 0
    _transport: asyncio.DatagramTransport | None = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._answer(data)
        if answer is not None and self._transport is not None:
            wire = answer.to_wire()
            if len(wire) > 1232:  # RFC 9715 §3: a larger one is asked for again by TCP
                answer.flags |= dns.flags.TC
                answer.answer.clear()
                wire = answer.to_wire()
            self._transport.sendto(wire, addr)

    async def by_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2))
        answer = self._answer(await reader.readexactly(length))
        if answer is not None:
            wire = answer.to_wire()
            writer.write(len(wire).to_bytes(2) + wire)
        writer.close()

    def _answer(self, data: bytes) -> dns.message.Message | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        if name in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(name == known for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@asynccontextmanager
async def a_nameserver(records: Records | None = None) -> AsyncGenerator[Nameserver]:
    """One that answers by UDP and TCP on the same port."""
    loop = asyncio.get_running_loop()
    served = Nameserver(records or {})
    by_tcp = await asyncio.start_server(served.by_tcp, "127.0.0.1", 0)
    served.port = by_tcp.sockets[0].getsockname()[1]
    transport, _ = await loop.create_datagram_endpoint(lambda: served, local_addr=("127.0.0.1", served.port))
    served._transport = transport
    try:
        yield served
    finally:
        transport.close()
        by_tcp.close()
        await by_tcp.wait_closed()
