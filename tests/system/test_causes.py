"""Why a test has found no mail: each cause is brought about on a real server, and named by the failure."""

import os
import signal
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.server import Server, a_server
from mailweir.adapters.system import SystemClock
from mailweir.testing import Inbox, MailNotFoundError, Mailweir
from mailweir.testing.wishes import Wanted

WELL = "The server is well"
PLATFORM = "The platform is at fault, not the application"
CODE = "Your code is 482913."


@dataclass(frozen=True, slots=True)
class Case:
    """A client, an inbox of its own, and how the application sends mail."""

    server: Server
    mailweir: Mailweir
    inbox: Inbox

    def send(self, text: str = CODE, subject: str = "Your code", to: str = "", sender: str = "shop") -> None:
        message = f"From: {sender}@{sender}.test\r\nSubject: {subject}\r\n\r\n{text}\r\n"
        with smtplib.SMTP(*self.server.smtp) as client:
            client.sendmail(f"{sender}@{sender}.test", to or self.inbox.address, message)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("causes") / "data", "--base-domains=base.test") as server:
        yield server


@pytest.fixture
def case(server: Server, request: pytest.FixtureRequest) -> Case:
    mailweir = Mailweir(f"http://{server.http}", smtp=str(server.smtp))
    return Case(server, mailweir, mailweir.inbox(request.node.name))


def failure(inbox: Inbox, timeout: float = 1, *, claim: bool = False, wanted: Wanted | None = None) -> str:
    with pytest.raises(MailNotFoundError) as failed:
        inbox.wait(timeout=timeout, claim=claim, **(wanted or {}))
    told = str(failed.value)
    assert failed.value.fault == ("platform" if PLATFORM in told else "application")
    return told


def mailed(case: Case) -> None:
    case.send()


def mailed_without_code(case: Case) -> None:
    case.send("Welcome to our shop, have a look around.", "Welcome")


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("sends", "wanted", "cause"),
    [
        (mailed, Wanted(sender="bank"), "from"),
        (mailed, Wanted(to="nobody"), "to"),
        (mailed, Wanted(subject="invoice"), "subject"),
        (mailed, Wanted(text="goodbye"), "text"),
        (mailed, Wanted(regex=r"code is \d{7}"), "regex"),
        (mailed_without_code, Wanted(code=True), "no code"),
        (mailed, Wanted(link=True), "no link"),
        (mailed, Wanted(attachment=True), "no attachment"),
    ],
)
def test_mail_that_came_and_is_another_is_named_with_the_reason(
    case: Case, sends: Callable[[Case], None], wanted: Wanted, cause: str
) -> None:
    sends(case)
    told = failure(case.inbox, wanted=wanted)
    assert told.splitlines()[1] == f"{WELL}, and mail has come: it is not what the test waits for."
    assert told.splitlines()[-1].endswith(f": {cause}"), told


@pytest.mark.timeout(120)
def test_mail_that_came_before_it_counts_is_too_early(case: Case) -> None:
    case.send()
    later = datetime.fromtimestamp(SystemClock().now() / 1000 + 0.5, UTC)
    assert ": too early" in failure(case.inbox, wanted=Wanted(since=later))


@pytest.mark.timeout(120)
def test_mail_that_went_elsewhere_is_named(case: Case) -> None:
    case.send(to="another@base.test", subject=f"For {case.inbox.address}")
    told = failure(case.inbox, wanted=Wanted(subject=f"for {case.inbox.address}"))
    assert told.splitlines()[-1].endswith(": other inbox"), told


@pytest.mark.timeout(120)
def test_mail_that_another_has_claimed_is_named(case: Case) -> None:
    case.send()
    address = case.inbox.address
    assert case.mailweir.at(address).wait(claim=True, code=True).code == "482913"
    assert ": claimed" in failure(case.mailweir.at(address), claim=True)


@pytest.mark.timeout(120)
def test_mail_that_was_refused_is_named_with_the_reply(case: Case) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        case.send(to="bob@far.test")
    told = failure(case.mailweir.at("bob@far.test"))
    assert f"{WELL}: it refused mail for this address, as the application was told." in told
    assert "550 5.7.1 This server does not take mail for that host for bob@far.test" in told


@pytest.mark.timeout(120)
def test_when_nothing_came_at_all_that_is_said(case: Case) -> None:
    smtp = case.server.smtp
    told = failure(case.inbox, wanted=Wanted(code=True))
    assert f"{WELL}, and nothing has come: the application sent nothing, or elsewhere than to {smtp}." in told


@pytest.mark.timeout(120)
def test_mail_that_is_not_read_yet_is_pending_and_the_platform_is_at_fault(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        mailweir = Mailweir(f"http://{server.http}", smtp=str(server.smtp))
        case = Case(server, mailweir, mailweir.inbox())
        stopped = server.family("digest")
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        case.send()
        told = failure(case.inbox, wanted=Wanted(code=True))
        assert ": pending" in told, told
        assert f"{PLATFORM}: mail has come that was not read in time." in told
        for process in stopped:
            os.kill(process, signal.SIGCONT)
        assert case.inbox.wait(code=True).code == "482913"


@pytest.mark.timeout(120)
def test_a_receiver_that_does_not_answer_is_the_platforms_fault(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        mailweir = Mailweir(f"http://{server.http}")
        inbox = mailweir.inbox()
        stopped = server.pids("receiver")
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        server.api.wait_until_ready(30, ready=False)
        told = failure(inbox)
        for process in stopped:
            os.kill(process, signal.SIGCONT)
        assert f"{PLATFORM}: receiver" in told, told


@pytest.mark.timeout(120)
def test_a_server_that_is_away_is_the_platforms_fault(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", "--single") as server:
        inbox = Mailweir(f"http://{server.http}").inbox()
        server.stop()
        assert f"{PLATFORM}: {server.http} does not answer" in failure(inbox)
