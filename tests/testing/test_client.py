"""Both clients against a real server: what they give, and that restarts cost them nothing."""

import asyncio
import inspect
import smtplib
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from fakes.server import Server, a_server
from mailweir.testing import (
    AsyncInbox,
    AsyncMailweir,
    AsyncRun,
    Inbox,
    MailNotFoundError,
    Mailweir,
    MailweirError,
    Run,
    UnexpectedMailError,
)

KEY = "k_" + "a" * 40


def send(server: Server, to: str, subject: str, *, file: bytes = b"") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@shop.test", to, subject
    message.set_content("Follow https://shop.test/verify?token=8f3a9c0d17\n")
    if file:
        message.add_attachment(file, maintype="application", subtype="pdf", filename="invoice.pdf")
    with smtplib.SMTP(*server.smtp) as client:
        client.send_message(message)


def client_of(server: Server) -> Mailweir:
    return Mailweir(f"http://{server.http}", smtp=str(server.smtp))


def async_client_of(server: Server) -> AsyncMailweir:
    return AsyncMailweir(f"http://{server.http}", smtp=str(server.smtp))


def test_a_run_has_inboxes_of_its_own_and_takes_their_mail_along(server: Server) -> None:
    mailweir = client_of(server)
    assert (mailweir.smtp, mailweir.url) == (server.smtp, f"http://{server.http}")
    with mailweir.run(name="sign-up", ttl=600) as run:
        first, second = run.inbox("first"), run.inbox()
        send(server, first.address, "Your invoice", file=b"%PDF-1.7")
        message = first.wait(attachment=True)
        (file,) = message.attachments
        assert (file.name, file.type, file.content) == ("invoice.pdf", "application/pdf", b"%PDF-1.7")
        assert run.bundle().startswith(b"PK")
        second.assert_quiet(seconds=0)
    with pytest.raises(MailweirError) as caught:
        first.wait(timeout=30)
    assert caught.value.status == 410


async def test_the_same_on_a_loop(server: Server) -> None:
    mailweir = async_client_of(server)
    async with await mailweir.run(name="sign-up", ttl=600) as run:
        first, second = run.inbox("first"), await mailweir.inbox()
        await asyncio.to_thread(send, server, first.address, "Your invoice", file=b"%PDF-1.7")
        (file,) = await (await first.wait(attachment=True)).attachments()
        assert (file.name, file.content) == ("invoice.pdf", b"%PDF-1.7")
        assert (await run.bundle()).startswith(b"PK")
        await second.assert_quiet(seconds=0)
    with pytest.raises(MailweirError) as caught:
        await first.wait(timeout=30)
    assert caught.value.status == 410


def test_with_a_key_the_mail_is_its_accounts_alone(tmp_path: Path) -> None:
    flags = ("--single", "--bootstrap-account=ann", f"--bootstrap-key={KEY}")
    with a_server(tmp_path / "data", *flags) as server:
        run = Mailweir(f"http://{server.http}", KEY, smtp=str(server.smtp)).run()
        inbox = run.inbox()
        send(server, inbox.address, "For Ann alone")
        assert inbox.wait().subject == "For Ann alone"
        with pytest.raises(MailweirError) as caught:
            client_of(server).at(inbox.address).wait(timeout=30)
        assert caught.value.status in {401, 403}
        assert run.end() == 1


@pytest.mark.parametrize("where", ["mail.test", "mail.test:", ":25", "mail.test:smtp"])
def test_what_is_no_mail_server_is_one_sentence(where: str) -> None:
    with pytest.raises(MailweirError, match="is no mail server; write it as host:port"):
        Mailweir("http://127.0.0.1:8025", smtp=where)


def test_parallel_waits_that_claim_get_a_message_each(server: Server) -> None:
    mailweir = client_of(server)
    address = "shared@thing.test"
    found: list[str] = []
    waits = [
        threading.Thread(target=lambda: found.append(mailweir.at(address).wait(claim=True).id))
        for _ in range(4)
    ]
    for wait in waits:
        wait.start()
    for number in range(4):
        send(server, address, f"Message {number}")
    for wait in waits:
        wait.join(30)
    assert len(set(found)) == len(found) == 4


def test_an_address_that_others_know_has_its_mail_of_the_last_minute(server: Server) -> None:
    send(server, "ops@thing.test", "Alarm")
    inbox = client_of(server).at("ops@thing.test")
    assert inbox.wait(subject="alarm", timeout=5).sender == "shop@shop.test"
    inbox.assert_quiet(seconds=0)
    inbox.clear()
    assert inbox.messages() == []


def restart_while(server: Server, then: Callable[[], None]) -> threading.Thread:
    """Kills the server after a moment, leaves it away for one, starts it, and does that then."""

    def act() -> None:
        time.sleep(1)  # noqa: TID251  a wait has begun
        server.kill()
        time.sleep(1)  # noqa: TID251  and asks nobody
        server.start()
        then()

    acting = threading.Thread(target=act)
    acting.start()
    return acting


def test_a_wait_goes_on_over_a_restart(server: Server) -> None:
    inbox = client_of(server).inbox("restart")
    acting = restart_while(server, lambda: send(server, inbox.address, "After the restart"))
    assert inbox.wait(timeout=50).subject == "After the restart"
    acting.join(30)


async def test_a_wait_on_a_loop_goes_on_over_a_restart(server: Server) -> None:
    inbox = await async_client_of(server).inbox("restart")
    acting = restart_while(server, lambda: send(server, inbox.address, "After the restart"))
    assert (await inbox.wait(timeout=50)).subject == "After the restart"
    await asyncio.to_thread(acting.join, 30)


def test_a_silence_over_a_restart_hears_what_came_before_it(server: Server) -> None:
    inbox = client_of(server).inbox("restart")
    acting = restart_while(server, lambda: send(server, inbox.address, "After the restart"))
    with pytest.raises(UnexpectedMailError, match="After the restart"):
        inbox.assert_quiet(seconds=50)
    acting.join(30)


def test_a_server_that_stays_away_is_at_fault(server: Server) -> None:
    inbox = client_of(server).inbox("away")
    server.kill()
    with pytest.raises(MailNotFoundError, match="The platform is at fault") as caught:
        inbox.wait(timeout=1)
    assert caught.value.fault == "platform"


def test_mail_that_was_refused_is_told_with_its_reply(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", "--single", "--base-domains=mail.test") as server:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(server, "any@elsewhere.test", "Lost")
        with pytest.raises(MailNotFoundError) as caught:
            client_of(server).at("any@elsewhere.test").wait(timeout=1)
    verdict, title, refusal = str(caught.value).splitlines()[1:]
    assert verdict.startswith("The server is well: it refused mail for this address")
    assert (title, refusal[:6]) == ("Refused:", "  550 ")
    assert " for any@elsewhere.test at 20" in refusal


def test_a_run_that_is_over_is_told_at_once(server: Server) -> None:
    run = client_of(server).run()
    inbox = run.inbox("late")
    ending = threading.Timer(1, run.end)
    ending.start()
    begun = time.monotonic()
    with pytest.raises(MailweirError) as caught:
        inbox.wait(timeout=40)
    ending.join()
    assert caught.value.status == 410
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("one", "other"),
    [(Mailweir, AsyncMailweir), (Run, AsyncRun), (Inbox, AsyncInbox)],
    ids=lambda kind: kind.__name__,
)
def test_the_twins_do_the_same(one: type, other: type) -> None:
    ours = methods(one)
    ours.pop("open", None)  # whoever has no loop yet may open the run of all inboxes
    assert ours == methods(other)


def methods(kind: type) -> dict[str, list[str]]:
    """The public methods, and what they are given."""
    return {
        name: [str(parameter) for parameter in inspect.signature(method).parameters.values()]
        for name, method in vars(kind).items()
        if not name.startswith("_") and inspect.isfunction(method)
    }
