"""The Public Suffix List that the package `publicsuffixlist` brings along; nothing is fetched at run time.

Reading it takes a fifth of a second. So the first question has it read beside whatever else is done, and
until then a name has two labels.
"""

import threading
from collections import OrderedDict
from typing import Final, Protocol

from mailweir.model.address import Host
from mailweir.ports.suffixes import Registrable

_REMEMBERED: Final = 4096  # names with what they end in: 1 MiB
_LONGEST: Final = 255  # characters (RFC 1035 §2.3.4)
_LABELS: Final = 8  # from the right that are looked at; the longest rule has five


class _List(Protocol):
    """What is used of `publicsuffixlist.PublicSuffixList`."""

    def privatesuffix(self, domain: str) -> str | None:
        """The name below the suffix, and the suffix."""
        ...


class PublicSuffixes:
    """To be used on one loop; `load` anywhere."""

    def __init__(self) -> None:
        self._lists: tuple[_List, _List] | None = None
        self._loading: threading.Thread | None = None
        self._known: OrderedDict[str, Registrable] = OrderedDict()

    def __len__(self) -> int:
        """Names that are remembered."""
        return len(self._known)

    def load(self) -> None:
        """Reads the list."""
        from publicsuffixlist import PublicSuffixList  # noqa: PLC0415  who throttles nobody asks for no name

        self._lists = (PublicSuffixList(), PublicSuffixList(only_icann=True))

    def registrable(self, host: Host) -> Registrable:
        """The registered name at both levels."""
        if host.startswith("["):
            literal = host[:_LONGEST]
            return Registrable(literal, literal)
        name = ".".join(host[-_LONGEST:].strip(".").rsplit(".", _LABELS)[-_LABELS:])
        known = self._known
        found = known.get(name)
        if found is None:
            found = self._look_up(name)
            if self._lists is not None:
                self._remember(name, found)
        else:
            known.move_to_end(name)
        return found

    def _remember(self, name: str, found: Registrable) -> None:
        self._known[name] = found
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def _look_up(self, name: str) -> Registrable:
        last_two = ".".join(name.rsplit(".", 2)[-2:])
        if self._lists is None:
            if self._loading is None:
                self._loading = threading.Thread(target=self.load, name="public suffixes", daemon=True)
                self._loading.start()
            return Registrable(last_two, last_two)
        every, icann = self._lists
        domain = every.privatesuffix(name) or last_two
        # Without the private rules a suffix is no longer, so that the family's name is in the domain's.
        of_domain = self._known.get(domain)
        family = of_domain.family if of_domain else icann.privatesuffix(domain) or domain
        found = Registrable(domain, family)
        self._remember(domain, found)
        return found
