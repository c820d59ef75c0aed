"""What was sent comes back byte for byte, whatever it is."""

import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from fakes.api import Api
from fakes.corpus import on_the_wire, the_corpus
from fakes.server import Endpoint, a_server
from fakes.smtp_client import Mail, Reply, deliver_all

WITH_BARE_CR = 8  # of them
INTERPRETERS_OWN = Path(sysconfig.get_path("stdlib")) / "test/test_email/data"

KEEP_ALL = "--public-inbox-limit=0"


def the_interpreters_own() -> list[bytes]:
    """Messages, broken ones among them, and files of other kinds as they are."""
    assert INTERPRETERS_OWN.is_dir(), "this Python came without its tests; on Debian: libpython3-testsuite"
    files = sorted(INTERPRETERS_OWN.iterdir())
    messages = [on_the_wire(file.read_bytes()) for file in files if file.suffix == ".txt"]
    assert len(messages) >= 40
    others = [file.read_bytes() + b"\r\n" for file in files if file.suffix != ".txt" and file.is_file()]
    return [*messages, *others]


def mails(contents: Sequence[bytes]) -> list[Mail]:
    """Every third by BDAT; a hundred to each inbox."""
    return [
        Mail([f"inbox{number // 100}@thing.test"], content, chunked=number % 3 == 0)
        for number, content in enumerate(contents)
    ]


def assert_all_is_there(api: Api, sent: Sequence[Mail], answers: Sequence[Reply]) -> None:
    for mail, answer in zip(sent, answers, strict=True):
        content = api.content(mail.recipients[0], f"{answer.queue_id}-0")
        assert content == mail.content, (answer, mail.content[:200])


@pytest.mark.timeout(180)
@pytest.mark.parametrize("door", ["smtp", "submission"])
async def test_all_real_mail_comes_back_through_the_lenient_door(tmp_path: Path, door: str) -> None:
    contents = the_interpreters_own() + (the_corpus() if door == "smtp" else the_corpus()[::10])
    with a_server(tmp_path / "data", KEEP_ALL) as server:
        sent = mails(contents)
        where: Endpoint = getattr(server, door)
        answers = await deliver_all(where, sent)
        assert {answer.code for answer in answers} == {250}
        assert_all_is_there(server.api, sent, answers)


@pytest.mark.timeout(180)
async def test_the_strict_door_refuses_real_mail_with_a_bare_cr_and_nothing_else(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", KEEP_ALL, "--line-ends-public=strict") as server:
        sent = mails(the_corpus())
        answers = await deliver_all(server.smtp, sent)
        pairs = list(zip(sent, answers, strict=True))
        refused = [mail for mail, answer in pairs if answer.code != 250]
        assert len(refused) == WITH_BARE_CR
        assert refused == [mail for mail in sent if b"\r" in mail.content.replace(b"\r\n", b"")]
        assert {(a.code, a.text.split()[0]) for a in answers if a.code != 250} == {(550, "5.6.11")}
        kept = [(mail, answer) for mail, answer in pairs if answer.code == 250]
        assert_all_is_there(server.api, [mail for mail, _ in kept], [answer for _, answer in kept])
        assert len(server.api.inbox(sent[0].recipients[0])) == 100 - sum(m in refused for m in sent[:100])
