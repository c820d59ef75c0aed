"""Mail that throttles and bans have held back: what a failed wait, the API and the operator tell of it."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fakes.commands import mailweir as command
from fakes.server import Server, a_server
from fakes.smtp_client import Reply, talking
from mailweir.model.ruling import Rule
from mailweir.policy.tiers import DEFAULTS
from mailweir.testing import MailNotFoundError, Mailweir

KEY = "k_throttledcauses0000000"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    flags = (
        "--profile=internet",
        "--bootstrap-account=ann",
        f"--bootstrap-key={KEY}",
        "--base-domains=base.test",
    )
    with a_server(tmp_path / "data", *flags) as server:
        yield server


async def envelopes(server: Server, inbox: str, *, connections: int, each: int) -> Sequence[Reply]:
    """What so many envelopes for an inbox are answered at RCPT; no mail follows them."""
    together = asyncio.Barrier(connections)

    async def send() -> Sequence[Reply]:
        async with talking(server.smtp, hello="EHLO app.test") as talk:
            await together.wait()
            await talk.write(f"MAIL FROM:<shop@shop.test>\r\nRCPT TO:<{inbox}>\r\nRSET\r\n".encode() * each)
            return [await talk.reply() for _ in range(3 * each)][1::3]

    answers = await asyncio.gather(*(send() for _ in range(connections)))
    return [one for several in answers for one in several]


def failure(server: Server, inbox: str) -> str:
    box = Mailweir(f"http://{server.http}", smtp=str(server.smtp), key=KEY).at(inbox)
    with pytest.raises(MailNotFoundError) as failed:
        box.wait(timeout=1)
    assert failed.value.fault == "application"
    return str(failed.value)


def deliveries(server: Server, query: str) -> Sequence[Mapping[str, Any]]:
    answer = server.api.get(f"/api/deliveries?{query}&_mailsacKey={KEY}")
    assert answer.status == 200
    return json.loads(answer.body)


def why(server: Server, asked: str) -> str:
    """What the operator is told."""
    ended = command("why", asked, variables={"MAILWEIR_DATA": str(server.data)})
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.timeout(120)
async def test_mail_that_was_only_slowed_is_told_as_that(server: Server) -> None:
    most = DEFAULTS[Rule.INBOX].burst
    answers = [
        *await envelopes(server, "bob@base.test", connections=10, each=most // 10),
        *await envelopes(server, "bob@base.test", connections=2, each=8),
    ]
    assert {one.code for one in answers} == {250}
    told = await asyncio.to_thread(failure, server, "bob@base.test")
    assert "The server is well: it slowed mail for this address, which may still come." in told
    found = re.search(r"slowed by \d s by the rule 'inbox' \[([0-9a-f]{10})\] for bob@base\.test", told)
    assert found is not None, told
    known = deliveries(server, f"code={found[1]}&to=bob@base.test")
    assert {(one["action"], one["rule"], one["reply"], one["acted"]) for one in known} == {
        ("slow", "inbox", "", True)
    }
    assert {one["figures"]["rate"] for one in known} == {DEFAULTS[Rule.INBOX].rate}
    assert "  slowed  to <bob@base.test> from <shop@shop.test> by 127.0.0.1 (app.test):" in why(
        server, found[1]
    )


@pytest.mark.timeout(120)
async def test_mail_that_was_put_off_is_told_with_its_reply_and_figures(server: Server) -> None:
    answers = await envelopes(server, "eve@base.test", connections=25, each=10)
    (reply,) = {one.text.rpartition(" ")[2] for one in answers if one.code == 451}
    code = reply.strip("[]")
    told = await asyncio.to_thread(failure, server, "eve@base.test")
    assert (
        "The server is well: it put mail for this address off, to be sent again, as the application" in told
    )
    assert (
        f"  put off: 451 4.7.1 Too many messages from your address; try again in 1 seconds [{code}]" in told
    )
    known = [one for one in deliveries(server, f"code={code}") if one["action"] == "later"]
    assert {(one["to"], one["rule"], one["from"]) for one in known} == {
        ("eve@base.test", "address", "@shop.test")
    }
    assert all(one["figures"]["ahead"] > DEFAULTS[Rule.ADDRESS].patience for one in known)
    assert f"[{code}]" in why(server, "eve@base.test")


@pytest.mark.timeout(120)
async def test_mail_that_a_ban_has_refused_is_told_with_its_reply(server: Server) -> None:
    where = {"MAILWEIR_DATA": str(server.data)}
    ended = command("block", "add", "gone@base.test", "--kind", "recipient", variables=where)
    assert ended.returncode == 0, ended.stderr
    answer = Reply(250, "")
    for _ in range(100):
        if answer.code != 250:
            break
        (answer,) = await envelopes(server, "gone@base.test", connections=1, each=1)
        await asyncio.sleep(0.1)
    assert answer.code == 550
    told = await asyncio.to_thread(failure, server, "gone@base.test")
    assert (
        "The server is well: it refused mail for this address by a ban, as the application was told." in told
    )
    assert f"  banned: 550 {answer.text} for gone@base.test" in told
    (known,) = deliveries(server, "to=gone@base.test")
    assert (known["action"], known["rule"], known["subject"]) == ("ban", "ban", "")
    assert "  banned  to <gone@base.test>" in why(server, known["code"])
