"""Which mail is taken: by the room that the store has, and by the host that mail is for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts that this service receives for, in A-labels; any host when there are none.

    A base domain stands for every host below it too.
    """

    base_domains: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """Whether mail for every host is taken."""
        return not self.base_domains

    def takes(self, host: str) -> bool:
        """Whether mail for `host` (lower case, A-labels) is taken."""
        if self.any:
            return True
        labels = host.split(".")
        return any(".".join(labels[i:]) in self.base_domains for i in range(len(labels)))
