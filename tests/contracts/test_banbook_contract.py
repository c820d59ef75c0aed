"""What every book of bans promises: ports/banbook.py, sentence by sentence."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakes.bans import an_edit, some_terms
from fakes.makers import HandClock
from mailweir.adapters.banbook.book import FileBanBook
from mailweir.adapters.memory.banbook import MemoryBanBook, MemoryBook
from mailweir.model.ban import Position
from mailweir.ports.banbook import BanBook

MakeBook = Callable[..., BanBook]

ONE = an_edit("192.0.2.1", "2001:db8::/32", terms=some_terms(1))
TWO = an_edit("spam.test", terms=some_terms(2, expires=9, lifted=True, reason="grüße"))
THREE = an_edit("bob@thing.test", register="rule", kind="recipient", terms=some_terms(3))


@pytest.fixture(params=["memory", "file"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeBook]:
    """Opens the node's book in one more process."""
    made: list[BanBook] = []
    kept = MemoryBook()

    def make(role: str | None = None) -> BanBook:
        if request.param == "memory":
            made.append(MemoryBanBook(kept, role=role))
        else:
            made.append(FileBanBook(tmp_path / "blocklist", HandClock(), limit=1000, role=role))
        return made[-1]

    yield make
    for book in made:
        book.close()
        book.close()


def test_a_new_book_is_empty(books: MakeBook) -> None:
    book = books()
    assert not book.changed()
    assert (list(book.read().edits), book.read().position) in [([], Position()), ([], Position(1, 0))]


def test_what_is_appended_is_read_by_all_in_its_order_and_once(books: MakeBook) -> None:
    one, two = books(), books()
    one.append([ONE, TWO])
    two.append([THREE])
    for book in (one, two, books()):
        assert book.changed()
        reading = book.read()
        assert (list(reading.edits), reading.damaged, reading.anew) == ([ONE, TWO, THREE], 0, False)
        assert not book.changed()
        assert not book.read().edits


def test_only_what_is_new_is_read(books: MakeBook) -> None:
    writer, reader = books(), books()
    writer.append([ONE])
    assert list(reader.read().edits) == [ONE]
    writer.append([TWO])
    assert reader.changed()
    reading = reader.read()
    assert (list(reading.edits), reading.anew) == ([TWO], False)


def test_who_has_read_to_the_end_has_reached_what_was_appended(books: MakeBook) -> None:
    writer, reader = books(), books()
    first, second = writer.append([ONE]), writer.append([TWO])
    assert first < second
    assert reader.read().position == second
    third = writer.append([THREE])
    assert second < third
    assert reader.read().position == third


def test_it_is_known_who_goes_by_the_book_and_how_far(books: MakeBook) -> None:
    command, receiver, web = books(), books("receiver"), books("web")
    assert {(one.role, one.position) for one in command.holders()} == {
        ("receiver", Position()),
        ("web", Position()),
    }
    position = command.append([ONE])
    web.confirm(position)
    assert {one.role: one.position for one in receiver.holders()} == {"receiver": Position(), "web": position}
    receiver.close()
    assert [one.role for one in command.holders()] == ["web"]
    receiver.confirm(position)
    assert [one.role for one in command.holders()] == ["web"], "who has left says nothing more"


def test_a_book_outlives_who_wrote_it(books: MakeBook) -> None:
    writer = books()
    writer.append([ONE])
    writer.close()
    assert list(books().read().edits) == [ONE]
