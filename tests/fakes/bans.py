"""Small makers of bans, edits and blocklists."""

from mailweir.model.ban import Edit, Kind, Register, Stamp, Subject, Terms
from mailweir.policy.ban_subjects import Bounds, subject_of
from mailweir.ports.banbook import BanBook
from mailweir.ports.clock import Clock
from mailweir.services.ban_keeping import BanKeeping
from mailweir.services.blocklist import Blocklist


def a_blocklist(
    book: BanBook, clock: Clock, *, bounds: Bounds | None = None, limit: int = 1000, writer: str = "one"
) -> Blocklist:
    keeping = BanKeeping(book, clock, writer=writer, limit=limit)
    return Blocklist(keeping, bounds or Bounds(), limit=limit)


def a_subject(text: str, kind: Kind | None = None) -> Subject:
    subject = subject_of(text, kind)
    assert isinstance(subject, Subject), subject
    return subject


def some_terms(
    wall: int = 1,
    *,
    counter: int = 0,
    writer: str = "one",
    expires: int | None = None,
    lifted: bool = False,
    reason: str = "a flood",
) -> Terms:
    return Terms(Stamp(wall, counter, writer), wall, expires, lifted, reason, "ann")


def an_edit(
    *texts: str, register: Register = "block", terms: Terms | None = None, kind: Kind | None = None
) -> Edit:
    subjects = [a_subject(text, kind) for text in texts]
    names = tuple(subject.name for subject in subjects)
    return Edit(register, subjects[0].kind, names, terms or some_terms())
