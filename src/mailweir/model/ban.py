"""Bans: whom the blocklist hits or lets in, why, by whom, and until when.

A subject may have three entries, one in each register: what people allow, what people block, and what rules
block. So neither can a rule shorten what a person has said, nor two of them argue about one entry.
"""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Literal

from msgspec import Struct

Kind = Literal["network", "domain", "sender", "recipient", "hello"]
"""What is looked at: the peer's address, the sender's domain, the sender, the recipient, the name in HELO."""

KINDS: Final[tuple[Kind, ...]] = ("network", "domain", "sender", "recipient", "hello")

Register = Literal["allow", "block", "rule"]

REGISTERS: Final[tuple[Register, ...]] = ("allow", "block", "rule")

Name = bytes | str
"""A network as its address in 4 or 16 octets and one for the length of its prefix; all else in text."""

IPV4: Final = 4
"""Octets of an address."""

IPV6: Final = 16
"""The same."""

LONGEST_REASON: Final = 200
"""Characters."""

LONGEST_ORIGIN: Final = 64
"""Characters."""


class Subject(Struct, frozen=True, gc=False):
    """Whom an entry is about, in the one spelling that it has."""

    kind: Kind
    name: Name

    def __str__(self) -> str:
        if isinstance(self.name, str):
            return self.name
        network = network_named(self.name)
        alone = network.prefixlen == network.max_prefixlen
        return str(network.network_address) if alone else str(network)


class Stamp(Struct, frozen=True, array_like=True, order=True, gc=False):
    """When an edit was made, by a hybrid logical clock: of two for one entry the later holds.

    `wall`: milliseconds since the epoch; `counter` tells those of one millisecond apart. `writer` names the
    process, and with it decides between two of the same moment.
    """

    wall: int
    counter: int
    writer: str


class Terms(Struct, frozen=True, array_like=True, gc=False):
    """What is said of a subject. Thousands of subjects of one edit share theirs.

    `created` and `expires`: milliseconds since the epoch; None for no end. `lifted`: the entry holds no more.
    `origin`: who has said it.
    """

    stamp: Stamp
    created: int
    expires: int | None
    lifted: bool
    reason: str
    origin: str

    def in_force(self, now: int) -> bool:
        """Whether it holds at that moment."""
        return not self.lifted and (self.expires is None or self.expires > now)


class Ban(Struct, frozen=True, gc=False):
    """One entry of the blocklist; in the register `allow` it says the opposite."""

    register: Register
    subject: Subject
    terms: Terms


class Wish(Struct, frozen=True, gc=False):
    """How somebody wants entries to be. `expires` and `origin` as in `Terms`."""

    expires: int | None
    reason: str
    origin: str


class Edit(Struct, frozen=True, gc=False):
    """The same terms for subjects of one kind: what nodes keep and tell each other."""

    register: Register
    kind: Kind
    names: tuple[Name, ...]
    terms: Terms


class Position(Struct, frozen=True, array_like=True, order=True, gc=False):
    """How much of a node's book somebody holds: its earlier generations, and of this one so many octets."""

    generation: int = 0
    offset: int = 0


class Holder(Struct, frozen=True, gc=False):
    """A process that goes by the blocklist, and how much of the book it holds."""

    role: str
    pid: int
    position: Position


def network_name(network: IPv4Network | IPv6Network) -> bytes:
    """A network as entries name it."""
    return network.network_address.packed + bytes([network.prefixlen])


def network_named(name: bytes) -> IPv4Network | IPv6Network:
    """The network of that name."""
    return ip_network((name[:-1], name[-1]))
