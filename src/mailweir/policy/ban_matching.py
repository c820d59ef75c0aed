"""Which entries of a register hit an address or a name, without a look at the others.

Networks lie in one dictionary for each length of prefix, so that an entry is there or gone at once, and
asking costs a look for each length in use: 25 at most for IPv4. 100,000 are put in within a tenth of a
second; a radix tree takes four times as long, and cannot be changed while it is read (docs/decisions/0021).
"""

from collections.abc import Iterator
from typing import Final

from mailweir.model.ban import IPV4, IPV6, Kind, Name, Terms

_NETWORK: Final = "network"


class Table:
    """The entries of one register, ended ones too: who asks has to look at their terms."""

    __slots__ = ("_labels", "_lengths", "_names", "_networks", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._networks: dict[int, dict[int, dict[int, Terms]]] = {IPV4: {}, IPV6: {}}
        # The same, the longest prefix first, with how far an address is to be shifted for it.
        self._lengths: dict[int, list[tuple[int, int, dict[int, Terms]]]] = {IPV4: [], IPV6: []}
        self._names: dict[Kind, dict[str, Terms]] = {}
        self._labels = 0  # of the longest name: a hostile one of 127 labels is not looked at from end to end

    def __len__(self) -> int:
        return self._size

    def has(self, kind: Kind) -> bool:
        """Whether there is any name of that kind."""
        return bool(self._names.get(kind))

    def get(self, kind: Kind, name: Name) -> Terms | None:
        """What is said of that very subject."""
        if isinstance(name, str):
            names = self._names.get(kind)
            return None if names is None else names.get(name)
        shelf = self._networks[len(name) - 1].get(name[-1])
        return None if shelf is None else shelf.get(_prefix(name))

    def put(self, kind: Kind, name: Name, terms: Terms) -> None:
        """What is said of a subject from now on."""
        if isinstance(name, str):
            names = self._names.setdefault(kind, {})
            self._size += name not in names
            names[name] = terms
            self._labels = max(self._labels, name.count(".") + 1)
            return
        shelf = self._networks[len(name) - 1].get(name[-1])
        if shelf is None:
            shelf = self._new_length(len(name) - 1, name[-1])
        before = len(shelf)
        shelf[_prefix(name)] = terms
        self._size += len(shelf) - before

    def remove(self, kind: Kind, name: Name) -> None:
        """Nothing is said of it any more."""
        if isinstance(name, str):
            gone = self._names.get(kind, {}).pop(name, None)
        else:
            gone = self._networks[len(name) - 1].get(name[-1], {}).pop(_prefix(name), None)
        self._size -= gone is not None

    def over(self, packed: bytes) -> Iterator[tuple[bytes, Terms]]:
        """What is said of networks that an address is in, the narrowest first."""
        width = len(packed)
        lengths = self._lengths[width]
        if not lengths:
            return
        number = int.from_bytes(packed)
        for length, shift, shelf in lengths:
            terms = shelf.get(number >> shift)
            if terms is not None:
                yield _name(number >> shift, length, width), terms

    def around(self, name: bytes) -> Iterator[tuple[bytes, Terms]]:
        """The same for a network that lies in them as a whole."""
        return (found for found in self.over(name[:-1]) if found[0][-1] <= name[-1])

    def at(self, kind: Kind, name: str) -> Iterator[tuple[str, Terms]]:
        """What is said of that name."""
        terms = self.get(kind, name)
        if terms is not None:
            yield name, terms

    def above(self, kind: Kind, name: str) -> Iterator[tuple[str, Terms]]:
        """What is said of that name and of those that it is under, the longest first."""
        names = self._names.get(kind)
        if not names:
            return
        if name in names:
            yield name, names[name]
        parent = _last_labels(name, self._labels)
        if parent == name:
            parent = name.partition(".")[2]
        while parent:
            terms = names.get(parent)
            if terms is not None:
                yield parent, terms
            parent = parent.partition(".")[2]

    def items(self) -> Iterator[tuple[Kind, Name, Terms]]:
        """Everything that is said."""
        for width, shelves in self._networks.items():
            for length, shelf in shelves.items():
                for prefix, terms in shelf.items():
                    yield _NETWORK, _name(prefix, length, width), terms
        for kind, names in self._names.items():
            for name, terms in names.items():
                yield kind, name, terms

    def _new_length(self, width: int, length: int) -> dict[int, Terms]:
        shelf: dict[int, Terms] = {}
        self._networks[width][length] = shelf
        shelves = sorted(self._networks[width].items(), reverse=True)
        self._lengths[width] = [(length, 8 * width - length, shelf) for length, shelf in shelves]
        return shelf


def _prefix(name: bytes) -> int:
    return int.from_bytes(name[:-1]) >> (8 * (len(name) - 1) - name[-1])


def _name(prefix: int, length: int, width: int) -> bytes:
    return (prefix << (8 * width - length)).to_bytes(width) + bytes([length])


def _last_labels(name: str, most: int) -> str:
    labels = name.rsplit(".", most)
    return name if len(labels) <= most else ".".join(labels[1:])
