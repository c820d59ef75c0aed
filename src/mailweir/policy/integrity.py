"""Whether an e-mail address is one, and whether it is of the kind that is thrown away."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from mailweir.model.address import Address, canonical_domain


@dataclass(frozen=True, slots=True)
class Integrity:
    """What can be said of a written address. `domain` in A-labels; of one that is none nothing.

    `disposable` are its domain and those above it that are known for disposable mail.
    """

    email: str
    local: str = ""
    domain: str = ""
    disposable: tuple[str, ...] = ()

    @property
    def is_address(self) -> bool:
        """Whether it has the form of one."""
        return bool(self.domain)


def integrity(text: str, known: AbstractSet[str]) -> Integrity:
    """What can be said without asking anybody; `known`: domains of disposable mail, in A-labels."""
    address = Address.parse(text)
    if address is None:
        return Integrity(text)
    domain = canonical_domain(address.domain)
    labels = domain.split(".")
    above = (".".join(labels[at:]) for at in range(len(labels)))
    return Integrity(text, address.local, domain, tuple(one for one in above if one in known))
