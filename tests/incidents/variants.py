"""What the messages of outage A look like, in six variants, and those of their honest neighbours.

    variant = VARIANTS["constant-reply-to"](seed)
    variant.source(connection), variant.letter(number)

Each message of an attack has a sender host of its own, six labels deep, and an envelope and a From of its
own; each variant leaves one thing constant by which it can be known.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from incidents.letters import Fields, Letter, Words
from incidents.origins import ANYWHERE, FOUR, ONE_NETWORK, SIXTY_FOUR, Block
from incidents.shapes import TOOLS, Shape, any_shape, bulk_tool, with_attachment

FLOODED: Final = "flood.test"
"""The registrable domain of those attacks that have one."""
SHARED: Final = "shared.test"
"""A domain that the others use now and then."""
RECIPIENTS: Final = "flooded.test"
"""Where all of it goes: a public domain of the service."""

_PRIVATE: Final = (
    "github.io",
    "netlify.app",
    "vercel.app",
    "herokuapp.com",
    "us-east-1.compute.amazonaws.com",
)
_SIDE_BY_SIDE: Final = 64  # addresses of ONE_NETWORK
_SHARED_EVERY: Final = 50  # messages, of which one is from SHARED
_ATTACHMENT: Final = 3_000  # octets

Name = Callable[[Words, Random, int], str]
"""The name under which the host of a message stands."""


@dataclass(slots=True)
class Variant:
    """One attack. The same seed gives the same messages."""

    seed: int
    origin: Block
    under: Name
    neighbour: Name
    """The host of an honest sender, by his number."""
    shape: Callable[[Words], Shape] = lambda _: bulk_tool
    reply_to: Callable[[Words], str] = lambda _: ""
    body: Callable[[Words], bytes] = lambda words: words.text()
    hello: str = ""
    """The name that every connection says; one of its own where it is empty."""
    addresses: int = 1
    """Of each network."""
    _chance: Random = field(init=False)
    _words: Words = field(init=False)
    _shape: Shape = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)
        self._words = Words(self._chance)
        self._shape = self.shape(self._words)

    def source(self, connection: int) -> str:
        """Where the attack's connections come from, one after the other."""
        return self.origin.address(connection, connection // self.origin.networks % self.addresses)

    def greets(self) -> bytes:
        """What a new connection says that it is."""
        return (self.hello or self._words.host("test", 2)).encode()

    def letter(self, number: int) -> Letter:
        """The attack's message of that number."""
        words = self._words
        host = words.host(self.under(words, self._chance, number))
        recipient = f"{words.name()}@{RECIPIENTS}"
        fields = Fields(f"{words.name()}@{host}", recipient, self.reply_to(words), words.subject(), number)
        content = self._shape(fields, self.body(words), self._chance)
        return Letter(f"{words.name()}@{host}".encode(), recipient.encode(), content + b".\r\n")


def neighbour(variant: Variant, words: Words, chance: Random, number: int) -> tuple[str, Letter]:
    """The host of the honest sender of that number under the attack's domain, and a message of his.

    He has a Reply-To, a tool and words of his own.
    """
    host = variant.neighbour(words, chance, number)
    sender = f"office@{host}"
    recipient = f"honest{number}.{words.name()}@{RECIPIENTS}"
    fields = Fields(sender, recipient, f"answers{number}@{host}", words.subject(), number)
    content = TOOLS[number % len(TOOLS)](fields, words.text(8), chance)
    return host, Letter(sender.encode(), recipient.encode(), content + b".\r\n")


# --- names --------------------------------------------------------------------------------------


def _flooded(words: Words, chance: Random, number: int) -> str:
    del words, chance, number
    return FLOODED


def _private(words: Words, chance: Random, number: int) -> str:
    """A name that anybody may have for nothing, and has once."""
    del number
    return f"{words.name()}.{chance.choice(_PRIVATE)}"


def _unrelated(words: Words, chance: Random, number: int) -> str:
    del chance
    return SHARED if number % _SHARED_EVERY == 0 else f"{words.name()}.test"


def _team(words: Words, chance: Random, number: int) -> str:
    del words, chance
    return f"team{number}.{FLOODED}"


def _tenant(words: Words, chance: Random, number: int) -> str:
    del words, chance
    return f"mail.site{number}.{_PRIVATE[number % len(_PRIVATE)]}"


def _sharer(words: Words, chance: Random, number: int) -> str:
    del words, chance
    return f"team{number}.{SHARED}"


# --- the variants -------------------------------------------------------------------------------


def _own_address(words: Words) -> str:
    return f"{words.name()}@{words.name()}.test"


def _constant_reply_to(seed: int) -> Variant:
    return Variant(
        seed,
        ONE_NETWORK,
        _flooded,
        _team,
        reply_to=lambda _: "offers@answers.test",
        hello="mail.flood.test",
        addresses=_SIDE_BY_SIDE,
    )


def _rotating_reply_to(seed: int) -> Variant:
    return Variant(
        seed,
        ONE_NETWORK,
        _flooded,
        _team,
        reply_to=_own_address,
        hello="mail.flood.test",
        addresses=_SIDE_BY_SIDE,
    )


def _private_suffixes(seed: int) -> Variant:
    return Variant(seed, ANYWHERE, _private, _tenant, shape=any_shape, reply_to=_own_address)


def _networks(seed: int) -> Variant:
    return Variant(seed, SIXTY_FOUR, _flooded, _team, reply_to=_own_address, addresses=4)


def _same_body(seed: int) -> Variant:
    text = Words(Random(seed)).text(20)
    return Variant(
        seed, ANYWHERE, _unrelated, _sharer, shape=any_shape, reply_to=_own_address, body=lambda _: text
    )


def _same_attachment(seed: int) -> Variant:
    file = base64.encodebytes(b"%PDF-1.7\n" + Random(seed).randbytes(_ATTACHMENT)).replace(b"\n", b"\r\n")
    return Variant(
        seed,
        ANYWHERE,
        _unrelated,
        _sharer,
        shape=lambda words: with_attachment(any_shape(words), file),
        reply_to=_own_address,
    )


def four_addresses(seed: int) -> Variant:
    """Outage D: four addresses, nothing else in common but the words of one tool."""
    return Variant(seed, FOUR, _unrelated, _sharer, reply_to=_own_address, hello="mail.four.test")


VARIANTS: Final[Mapping[str, Callable[[int], Variant]]] = {
    "constant-reply-to": _constant_reply_to,
    "rotating-reply-to": _rotating_reply_to,
    "private-suffixes": _private_suffixes,
    "64-networks": _networks,
    "same-body": _same_body,
    "same-attachment": _same_attachment,
}

ATTACKS: Final[Mapping[str, Callable[[int], Variant]]] = {**VARIANTS, "four-addresses": four_addresses}
