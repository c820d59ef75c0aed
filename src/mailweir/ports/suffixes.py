"""Under which names anybody can get a name of his own."""

from typing import NamedTuple, Protocol

from mailweir.model.address import Host


class Registrable(NamedTuple):
    """The name that somebody has registered, of which a host is a part.

    `domain` counts names under private suffixes (`foo.github.io`) as somebody's own, `family` does not
    (`github.io`): who gives such names away by the thousand is one in it.
    """

    domain: str
    family: str


class Suffixes(Protocol):
    """The Public Suffix List (https://publicsuffix.org/list/)."""

    def registrable(self, host: Host) -> Registrable:
        """Of a host in lower case and A-labels; an address literal is its own. Never raises."""
        ...
