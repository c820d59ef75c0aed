"""The first minute with Mailweir: start it, send by what is at hand, look."""

import signal
import smtplib
import ssl
import subprocess
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from fakes.server import Endpoint, Server, a_server

NODE = Path(__file__).parents[1] / "node"

READY_WITHIN = 20.0  # seconds: ten times what is promised


def by_swaks(where: Endpoint, recipient: str, subject: str) -> None:
    words = ["swaks", "--to", recipient, "--server", str(where), "--header", f"Subject: {subject}"]
    subprocess.run(words, check=True, capture_output=True, timeout=30)


def by_smtplib_signed_in(where: Endpoint, recipient: str, subject: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "sender@origin.test", recipient, subject
    message.set_content("hello")
    with smtplib.SMTP(where.host, where.port, timeout=30) as client:
        client.login("any", "thing")
        assert client.send_message(message) == {}


def by_smtplib_over_tls(where: Endpoint, recipient: str, subject: str) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP(where.host, where.port, timeout=30) as client:
        client.starttls(context=context)
        client.login("any", "thing")
        client.sendmail("sender@origin.test", [recipient], f"Subject: {subject}\r\n\r\nhello\r\n")


def by_nodemailer_signed_in(where: Endpoint, recipient: str, subject: str) -> None:
    words = ["node", "send.mjs", where.host, str(where.port), recipient, subject]
    subprocess.run(words, check=True, capture_output=True, timeout=30, cwd=NODE)


WAYS = [by_swaks, by_smtplib_signed_in, by_smtplib_over_tls, by_nodemailer_signed_in]


@pytest.fixture(scope="module", params=[(), ("--single",)], ids=["processes", "single"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("first") / "data", *request.param) as running:
        yield running


@pytest.mark.parametrize("send", WAYS)
def test_what_is_sent_by_what_is_at_hand_is_seen(
    server: Server, send: Callable[[Endpoint, str, str], None]
) -> None:
    inbox = f"{send.__name__}@thing.test"
    for count, door in enumerate((server.smtp, server.submission), 1):
        subject = f"sent to {door.port}"
        send(door, inbox.replace("@", "+tag@").capitalize(), subject)
        newest = server.api.digested(inbox, count)[0]
        assert newest["subject"] == subject
        assert server.api.all(limit=1) == [newest]
        assert subject.encode() in server.api.raw(inbox, newest["_id"])


@pytest.mark.parametrize("flags", [(), ("--single",)], ids=["processes", "single"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_says_one_line_that_it_is_ready_and_ends_well_when_asked(
    tmp_path: Path, flags: tuple[str, ...], number: int
) -> None:
    server = Server(tmp_path / "data", flags)
    try:
        server.start()
        assert server.ready_after < READY_WITHIN
        assert server.api.get("/livez").status == 200
        server.signal(number)
        assert server.wait() == 0
        assert server.said == ""
        assert server.ready_line.endswith("}\n")
    finally:
        server.kill()


def test_mail_is_there_after_a_restart(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        by_smtplib_signed_in(server.smtp, "any@thing.test", "before")
        before = server.api.digested("any@thing.test", 1)
        assert server.stop() == 0
        server.start()
        assert server.api.all() == before
        by_smtplib_signed_in(server.smtp, "any@thing.test", "after")
        assert [one["subject"] for one in server.api.all()] == ["after", "before"]
