"""Applications capture mail with the settings that docs/user/capture.md tells, copied from there."""

import asyncio
import base64
import re
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from fakes.documents import block
from fakes.server import COMMAND, PATIENCE, Server, a_server, environment
from fakes.smtp_client import Mail, Talk, a_message, talking
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.services.signin import BY_NAME

PAGE: Final = "user/capture.md"
NODE: Final = Path(__file__).parents[1] / "node"
KEY: Final = "k_" + "captureddocuments" * 2
FLAGS: Final = (
    "--profile=internet",
    "--node-name=localhost",
    "--bootstrap-account=alice",
    f"--bootstrap-key={KEY}",
)
CAPTURE_PRIVATE, CAPTURE_PUBLIC = (
    line.split()[1:] for line in block(PAGE, "sh", "--capture-private").splitlines()
)
CUSTOMER: Final = "customer@elsewhere.test"
LEARNT: Final = 0.5  # seconds; a tenth is promised
_numbers = count()


@pytest.fixture(scope="module", params=[(), ("--single",)], ids=["processes", "single"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("capture") / "data"
    with a_server(data, *FLAGS, *request.param) as running:
        yield running


def a_recipient() -> str:
    """An inbox of somebody elsewhere, that nothing has come to yet."""
    return f"customer{next(_numbers)}@elsewhere.test"


def listed(server: Server, inbox: str, key: str = KEY) -> list[dict[str, Any]]:
    asked = f"?_mailsacKey={key}" if key else ""
    answer = server.api.get(f"/api/addresses/{inbox}/messages{asked}")
    assert answer.status == 200, answer
    return msgspec.json.decode(answer.body)


def told(text: str, server: Server, recipient: str) -> str:
    """What the page tells, for this server and another recipient."""
    return re.sub(r"\b1587\b", str(server.submission.port), text).replace(CUSTOMER, recipient)


def typed(*words: str, text: str = "", cwd: Path | None = None, **variables: str) -> str:
    """What a program prints that knows the key from its environment."""
    ended = subprocess.run(
        words,
        input=text,
        cwd=cwd,
        env={**environment(), "MAILWEIR_KEY": KEY, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def by_swaks(server: Server, recipient: str, *, mechanism: str = "PLAIN", more: str = "") -> None:
    command = told(block(PAGE, "sh", "swaks"), server, recipient)
    assert "--auth PLAIN" in command
    typed("bash", "-euc", command.rstrip().replace("--auth PLAIN", f"{more} --auth {mechanism}"))


def by_swaks_login(server: Server, recipient: str) -> None:
    by_swaks(server, recipient, mechanism="LOGIN")


def by_swaks_over_tls(server: Server, recipient: str) -> None:
    by_swaks(server, recipient, more="-tls")


def by_swaks_login_over_tls(server: Server, recipient: str) -> None:
    by_swaks(server, recipient, mechanism="LOGIN", more="-tls")


def by_smtplib(server: Server, recipient: str) -> None:
    typed(sys.executable, "-", text=told(block(PAGE, "python", "smtplib"), server, recipient))


def by_smtplib_in_the_clear(server: Server, recipient: str) -> None:
    script = told(block(PAGE, "python", "smtplib"), server, recipient)
    assert "client.starttls()" in script
    typed(sys.executable, "-", text=script.replace("client.starttls()", "pass"))


def by_nodemailer(server: Server, recipient: str) -> None:
    transport = told(block(PAGE, "js", "nodemailer"), server, recipient)
    mail = f'{{ from: "shop@shop.test", to: "{recipient}", subject: "Welcome", text: "Hello" }}'
    said = typed(
        *("node", "--input-type=module", "-"),
        text=f"{transport}\nconsole.log((await transport.sendMail({mail})).response);\n",
        cwd=NODE,
    )
    assert said.startswith("250 2.0.0 OK: queued as ")


def by_django(server: Server, recipient: str, *, tls: bool = False) -> None:
    project = server.data.parent / f"shop{next(_numbers)}"
    project.mkdir()
    typed(sys.executable, "-m", "django", "startproject", "shop", str(project))
    settings = told(block(PAGE, "python", "EMAIL_BACKEND"), server, recipient)
    trusted: dict[str, str] = {}
    if tls:  # Django checks the certificate, and the name that is in it
        settings = settings.replace("127.0.0.1", "localhost").replace("= False", "= True")
        trusted["SSL_CERT_FILE"] = str(server.data / "tls-certificate.pem")
    with (project / "shop/settings.py").open("a", encoding="utf-8") as file:
        file.write(f"\nimport os\n{settings}")
    (project / "send.py").write_text(
        "import django\ndjango.setup()\nfrom django.core.mail import send_mail\n"
        f"assert send_mail('Welcome', 'Hello', 'shop@shop.test', ['{recipient}']) == 1\n",
        encoding="utf-8",
    )
    typed(sys.executable, "send.py", cwd=project, DJANGO_SETTINGS_MODULE="shop.settings", **trusted)


def by_django_over_tls(server: Server, recipient: str) -> None:
    by_django(server, recipient, tls=True)


WAYS = [
    by_swaks,
    by_swaks_login,
    by_swaks_over_tls,
    by_swaks_login_over_tls,
    by_smtplib,
    by_smtplib_in_the_clear,
    by_nodemailer,
    by_django,
    by_django_over_tls,
]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("send", WAYS)
def test_an_application_captures_with_the_settings_that_are_told(
    server: Server, send: Callable[[Server, str], None]
) -> None:
    recipient = a_recipient()
    send(server, recipient)
    (kept,) = listed(server, recipient, key="")
    assert (kept["originalInbox"], kept["savedBy"]) == (recipient, None)


async def signed_in(talk: Talk, name: str = "alice", key: str = KEY) -> Talk:
    answer = await talk.command(plain(name, key))
    assert answer.code == 235, answer
    return talk


def plain(name: str, key: str) -> str:
    return "AUTH PLAIN " + base64.b64encode(f"\0{name}\0{key}".encode()).decode()


async def captured(server: Server, *recipients: str, name: str = "alice", key: str = KEY) -> None:
    async with talking(server.submission) as talk:
        await signed_in(talk, name, key)
        assert (await talk.deliver(Mail(recipients, a_message("captured")))).code == 250


def administered(server: Server, *words: str) -> str:
    """What a command prints beside the running server, once that has learnt of it."""
    said = typed(str(COMMAND), *words, f"--data={server.data}").strip()
    time.sleep(LEARNT)  # noqa: TID251  nothing says when it has
    return said


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, where bob has an account too, and each of them an address."""
    with a_server(tmp_path / "data", *FLAGS) as running:
        asyncio.run(_furnish(running.data))
        time.sleep(LEARNT)  # noqa: TID251  nothing says when it has
        yield running


async def _furnish(data: Path) -> None:
    accounts = SqliteAccounts(data, SystemClock())
    await accounts.add(AccountName("bob"))
    for name in ("alice", "bob"):
        await accounts.reserve(AccountName(name), [Inbox(f"{name}@thing.test")], "", most=9)
    await accounts.close()


async def test_what_an_account_captures_is_its_own_if_it_says_so(own: Server) -> None:
    anybodys = a_recipient()
    bobs = administered(own, "key", "add", "bob", "test")
    await captured(own, anybodys)
    administered(own, *CAPTURE_PRIVATE)
    await captured(own, anybodys, "bob@thing.test", "alice@thing.test")
    assert [one["savedBy"] for one in listed(own, anybodys)] == ["alice", None]
    for key in ("", bobs):
        assert [one["savedBy"] for one in listed(own, anybodys, key)] == [None]
    assert [one["savedBy"] for one in listed(own, "bob@thing.test", bobs)] == [None]
    assert [one["savedBy"] for one in listed(own, "alice@thing.test")] == [None]
    starred = own.api.get(f"/api/addresses/starred/messages?_mailsacKey={KEY}")
    assert [one["inbox"] for one in msgspec.json.decode(starred.body)] == [anybodys]
    administered(own, *CAPTURE_PUBLIC)
    await captured(own, anybodys)
    assert [one["savedBy"] for one in listed(own, anybodys)] == [None, "alice", None]


async def test_an_account_captures_by_an_address_and_by_a_key_for_one_place(own: Server) -> None:
    key = administered(own, "key", "add", "bob", "one", "--only", "bob@thing.test")
    async with talking(own.submission) as talk:
        await signed_in(talk, "Bob+shop@thing.test", key)
        refused = await talk.deliver(Mail([a_recipient()], a_message("elsewhere")))
        assert (refused.code, refused.text[:5]) == (550, "5.7.1")
        assert (await talk.command("RSET")).code == 250
        assert (await talk.deliver(Mail(["bob+1@thing.test"], a_message("here")))).code == 250
    assert [one["subject"] for one in listed(own, "bob@thing.test", key)] == ["here"]


async def test_a_revoked_key_captures_nothing_more(own: Server) -> None:
    key = administered(own, "key", "add", "alice", "leaked")
    async with talking(own.submission) as talk:
        await signed_in(talk, key=key)
        assert (await talk.deliver(Mail([a_recipient()], a_message("before")))).code == 250
        administered(own, "key", "remove", "alice", "leaked")
        answer = await talk.command("MAIL FROM:<a@x.test>")
        assert (answer.code, answer.text[:5]) == (421, "4.7.0")
        assert await talk.closed() == b""
    async with talking(own.submission) as talk:
        assert (await talk.command(plain("alice", key))).code == 535
        assert (await talk.command("MAIL FROM:<a@x.test>")).code == 530


async def test_wrong_passwords_are_throttled_by_network_and_name(own: Server) -> None:
    async def answer(name: str, key: str, source: str | None = None) -> int:
        async with talking(own.submission, source=source) as talk:
            return (await talk.command(plain(name, key))).code

    wrong = "k_" + "nobodyhasthiskey"
    codes = [await answer("alice", wrong) for _ in range(BY_NAME + 2)]
    assert codes == [535] * BY_NAME + [454] * 2
    assert await answer("alice", KEY) == 454
    assert await answer("bob", wrong) == 535
    assert await answer("alice", KEY, "127.0.5.1") == 235


async def test_when_a_key_captured_last_is_told(own: Server) -> None:
    key = administered(own, "key", "add", "alice", "ci")
    await captured(own, a_recipient(), key=key)

    def used() -> dict[str, Any]:
        keys = msgspec.json.decode(administered(own, "key", "list", "alice", "--json"))
        return {one["name"]: one["used"] for one in keys}

    begun = time.monotonic()
    while used()["ci"] is None:
        assert time.monotonic() - begun < PATIENCE
    assert used()["first"] is None


def test_smtplib_is_told_why_it_may_not_send(own: Server) -> None:
    with smtplib.SMTP(*own.submission) as client:
        with pytest.raises(smtplib.SMTPSenderRefused, match="Sign in first"):
            client.sendmail("a@x.test", ["b@far.test"], "Subject: x\n\ny\n")
        with pytest.raises(smtplib.SMTPAuthenticationError, match="Wrong user name or password"):
            client.login("alice", "wrong")


@pytest.mark.parametrize("mode", [(), ("--single",)], ids=["processes", "single"])
async def test_at_home_no_login_is_needed_and_a_real_key_still_counts(
    tmp_path: Path, mode: tuple[str, ...]
) -> None:
    flags = ("--bootstrap-account=alice", f"--bootstrap-key={KEY}", "--base-domains=ours.test", *mode)
    logins = {"none": "", "any": "thing", "alice": "thing", "real": KEY}
    with a_server(tmp_path / "data", *flags) as server:
        administered(server, *CAPTURE_PRIVATE)
        to = a_recipient()
        for name, key in logins.items():
            async with talking(server.submission) as talk:
                if key:
                    await signed_in(talk, name, key)
                assert (await talk.deliver(Mail([to], a_message(name)))).code == 250
        assert [one["subject"] for one in listed(server, to, key="")] == ["alice", "any", "none"]
        assert [one["savedBy"] for one in listed(server, to)] == ["alice", None, None, None]
