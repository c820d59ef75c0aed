"""The octets of one connection: what is written, and whether more is read."""

import asyncio

from mailweir.servers.smtp.endpoint import endpoint


class Line:
    """A transport, as long as there is one; without it nothing happens.

    `clogged` says that the peer does not take what is written; `stopped` that we do not read.
    """

    __slots__ = ("clogged", "stopped", "transport")

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.clogged = False
        self.stopped = False

    @property
    def here(self) -> str:
        """The address of ours that the peer reached; empty when nobody knows it."""
        return "" if self.transport is None else endpoint(self.transport.get_extra_info("sockname"))[0]

    def write(self, octets: bytes) -> None:
        """Sends them."""
        if octets and self.transport is not None:
            self.transport.write(octets)

    def stop(self) -> None:
        """Reads no further."""
        if self.transport is not None and not self.transport.is_closing():
            self.stopped = True
            self.transport.pause_reading()

    def resume(self) -> None:
        """Reads again, unless the peer does not read our answers."""
        if self.transport is not None and not self.transport.is_closing() and not self.clogged:
            self.stopped = False
            self.transport.resume_reading()

    def close(self) -> None:
        """Ends the connection once everything is written."""
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """Ends the connection at once, whatever is not written yet."""
        if self.transport is not None:
            self.transport.abort()
