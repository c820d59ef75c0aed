"""Which hosts an account may claim, and whether the DNS proves that one is its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mailweir.model.address import Host
from mailweir.model.domain import Check


class Kind(Enum):
    """What a host is to this service."""

    FOREIGN = "somebody's, who is to prove it"
    HOSTED = "directly below a base domain: whoever comes first has it"
    OURS = "a base domain, or further below one"


@dataclass(frozen=True, slots=True)
class Hosting:
    """`base_domains` are the service's own; `mail_hosts` the names that MX records should have."""

    base_domains: frozenset[str]
    mail_hosts: tuple[Host, ...]

    def kind(self, host: Host) -> Kind:
        """What that host is."""
        parent = host.partition(".")[2]
        if parent in self.base_domains:
            return Kind.HOSTED
        ours = any(host == base or host.endswith(f".{base}") for base in self.base_domains)
        return Kind.OURS if ours else Kind.FOREIGN

    def judge(self, host: Host, token: str, texts: Sequence[str], mail_hosts: Sequence[Host]) -> Check:
        """What the TXT and MX records of a host say of a claim to it by that token."""
        proven = token in {text.strip() for text in texts}
        receives = not set(self.mail_hosts).isdisjoint(mail_hosts)
        errors: list[str] = []
        if not proven:
            errors.append(f"No TXT record of {host} says {token}.")
        if not receives:
            wanted = " or ".join(self.mail_hosts)
            errors.append(
                f"Mail for {host} does not come here: its MX records name {_names(mail_hosts)}, not {wanted}."
                if mail_hosts
                else f"{host} has no MX record; it should be {wanted}."
            )
        return Check(proven, receives, " ".join(errors))


def _names(hosts: Sequence[Host]) -> str:
    shown = ", ".join(host[:253] for host in hosts[:3])
    return f"{shown} and others" if len(hosts) > 3 else shown  # noqa: PLR2004  as many as are shown
