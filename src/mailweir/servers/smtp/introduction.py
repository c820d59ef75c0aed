"""Who hands messages in, as it is told with each of them."""

from mailweir.model.message import Peer
from mailweir.servers.smtp.door import Visitor
from mailweir.servers.smtp.line import Line
from mailweir.wire.smtp.server import Server


class Introduction:
    """Makes the visitor of a session once, and anew when the peer has said something about itself."""

    __slots__ = ("_visitor",)

    def __init__(self) -> None:
        self._visitor: Visitor | None = None

    def now(self, conversation: Server, source: tuple[str, int], via: str, line: Line) -> Visitor:
        """The visitor, of this address, who has come in at `via`, or by this line when that is empty."""
        hello, visitor = conversation.hello, self._visitor
        authenticated = conversation.authenticated is not None
        if visitor is None or visitor.hello is not hello or visitor.authenticated is not authenticated:
            ip, port = source
            peer = Peer(ip, port, hello.name if hello else "", conversation.tls, via or line.here)
            visitor = self._visitor = Visitor(peer, hello, authenticated)
        return visitor
