"""What may be banned: subjects as people write them, in their one spelling, and those that nobody may ban."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import IPv6Network, ip_network
from typing import Final

from mailweir.model.address import Address, canonical_domain
from mailweir.model.ban import IPV4, IPV6, Kind, Register, Subject, network_name, network_named
from mailweir.policy.networks import Network

WIDEST: Final = {IPV4: 8, IPV6: 16}
"""The shortest prefix that may be banned, by the octets of an address."""

_LONGEST_NAME: Final = 255  # octets: RFC 5321 §4.5.3.1.2
_MAPPED: Final = 96  # bits before the IPv4 address in an IPv6 one
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_HELLO: Final = re.compile(r"[!-~]{1,255}")
_LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why something cannot be banned, as a sentence without its stop."""

    why: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What must not be banned here, since it would shut out more than anybody means.

    `trusted`: proxies of ours, behind which everybody is. `own`: the domains of this service. `loopback`:
    whether people reach it from this machine itself.
    """

    trusted: Sequence[Network] = ()
    own: AbstractSet[str] = frozenset()
    loopback: bool = False

    def unfit(self, subject: Subject, register: Register) -> Unfit | None:
        """None when it may have an entry there. What is let in is asked for its width only."""
        if isinstance(subject.name, bytes):
            return self._unfit_network(subject.name, register)
        if register == "rule" and subject.kind in {"domain", "recipient"} and subject.name in self.own:
            return Unfit(f"{subject.name} is a domain of this service, which anybody can write in a sender")
        return None

    def _unfit_network(self, name: bytes, register: Register) -> Unfit | None:
        widest = WIDEST[len(name) - 1]
        if name[-1] < widest:
            return Unfit(f"{network_named(name)} is wider than a /{widest}; name its parts")
        if register == "allow" or not (self.trusted or self.loopback):
            return None
        for proxy in self.trusted:
            if _overlap(name, proxy):
                return Unfit(f"{_shown(name)} would shut out all who come by our proxy {proxy}")
        if self.loopback and any(_overlap(name, own) for own in _LOOPBACK):
            return Unfit(f"{_shown(name)} is this machine itself, for which profile local is made")
        return None


def subject_of(text: str, kind: Kind | None = None) -> Subject | Unfit:
    """Whom that means; without a kind, by how it looks: a network, a sender, or a sender's domain."""
    text = text.strip()
    kind = kind or _kind_of(text)
    if kind == "network":
        return _network(text)
    if kind == "hello":
        name = canonical_domain(text).removesuffix(".")
        return Subject(kind, name) if _HELLO.fullmatch(name) else Unfit(f"{text!r} is no name for HELO")
    if "@" in text:
        address = Address.parse(text)
        if address is None or kind == "domain":
            return Unfit(f"{text!r} is no {'domain' if kind == 'domain' else 'address'}")
        return Subject(kind, address.inbox)
    if kind == "sender":
        return Unfit(f"{text!r} is no address")
    host = canonical_domain(text).removeprefix("*.").removesuffix(".")
    if len(host) > _LONGEST_NAME or not _HOST.fullmatch(host):
        return Unfit(f"{text!r} is neither a network, an address nor a domain such as spam.example.com")
    return Subject(kind, host)


def _shown(name: bytes) -> str:
    return str(Subject("network", name))


def _overlap(name: bytes, network: Network) -> bool:
    """As `ipaddress` would find, in a tenth of the time: files have a hundred thousand of them."""
    shift = network.max_prefixlen - min(name[-1], network.prefixlen)
    return len(name) - 1 == network.max_prefixlen // 8 and (
        int.from_bytes(name[:-1]) >> shift == int(network.network_address) >> shift
    )


def _kind_of(text: str) -> Kind:
    if "@" in text:
        return "sender"
    numeric = ":" in text or "/" in text or re.fullmatch(r"[0-9.]+", text) is not None
    return "network" if numeric else "domain"


def _network(text: str) -> Subject | Unfit:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return Unfit(f"{text!r} is no network such as 192.0.2.0/24 or 2001:db8::/32")
    if isinstance(network, IPv6Network):
        if network.network_address.scope_id is not None:
            return Unfit(f"{text!r} is an address of one link only")
        mapped = network.network_address.ipv4_mapped
        if mapped is not None and network.prefixlen >= _MAPPED:
            network = ip_network((mapped, network.prefixlen - _MAPPED))
    return Subject("network", network_name(network))
