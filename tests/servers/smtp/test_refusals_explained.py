"""What a door refuses at RCPT leaves its reason, with who was refused; what it takes leaves none."""

from base64 import b64encode
from dataclasses import replace

from fakes.smtp_house import Peer
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.registry import Registry
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName, NewKey, Scope, key_hash
from mailweir.model.address import Inbox
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import SUBJECT_LENGTH, Action, Rule
from mailweir.servers.smtp.door import Door
from mailweir.servers.smtp.public import PublicDoor
from mailweir.servers.smtp.submission import SubmissionDoor
from servers.smtp.conftest import Opened

LOOPBACK = "127.0.0.1"


class Witness:
    """Hears what a door explains."""

    def __init__(self) -> None:
        self.heard: list[Explanation] = []

    def at(self, door: Door) -> Door:
        if isinstance(door, PublicDoor):
            return replace(door, throttling=replace(door.throttling, explain=self.heard.append))
        assert isinstance(door, SubmissionDoor)
        return replace(door, explain=self.heard.append)


async def said(peer: Peer, *commands: str) -> list[str]:
    return [await peer.say(command) for command in commands]


async def test_mail_for_a_host_that_is_not_ours_is_explained(opened: Opened) -> None:
    witness = Witness()
    house = await opened(base_domains=frozenset({"base.test"}), door=witness.at)
    peer = await house.connect()
    replies = await said(
        peer,
        "EHLO Mail.Shop.test",
        "MAIL FROM:<Ann@shop.test>",
        "RCPT TO:<bob@base.test>",
        "RCPT TO:<Bob+1@Far.test>",
    )
    (told,) = witness.heard
    assert (told.ip, told.hello, told.sender) == (LOOPBACK, "mail.shop.test", "Ann@shop.test")
    assert (told.inbox, told.reply, told.acted) == ("bob@far.test", replies[-1], True)
    ruling = told.ruling
    assert (ruling.action, ruling.rule, ruling.subject) == (Action.REFUSE, Rule.NOT_OURS, "far.test")
    assert len(ruling.code) == 10
    assert abs(SystemClock().now() - told.at) < 60_000


async def test_one_host_has_one_code_and_each_delivery_its_own_sender(opened: Opened) -> None:
    witness = Witness()
    house = await opened(base_domains=frozenset({"base.test"}), door=witness.at)
    peer = await house.connect()
    for sender in ("ann@shop.test", "", "eve@shop.test"):
        await said(peer, "EHLO c.test", f"MAIL FROM:<{sender}>", "RCPT TO:<bob@far.test>", "RSET")
    await said(peer, "MAIL FROM:<>", f"RCPT TO:<bob@{'a.' * 100}test>")
    assert [one.sender for one in witness.heard] == ["ann@shop.test", None, "eve@shop.test", None]
    codes = [one.ruling.code for one in witness.heard]
    assert len(set(codes[:3])) == 1
    assert codes[3] != codes[0]
    assert len(witness.heard[3].ruling.subject) == SUBJECT_LENGTH


async def test_what_is_taken_or_is_no_recipient_needs_no_reason(opened: Opened) -> None:
    witness = Witness()
    house = await opened(door=witness.at)
    peer = await house.connect()
    await said(peer, "EHLO c.test", "MAIL FROM:<ann@shop.test>", "RCPT TO:<bob@far.test>", "RCPT TO:<bad")
    assert witness.heard == []


async def test_a_key_for_another_place_is_explained(opened: Opened) -> None:
    registry, clock = Registry(), SystemClock()
    accounts, key = MemoryAccounts(registry, clock), "k_" + "only" * 10
    scope = Scope(place=Inbox("bob@inbox.test"))
    await accounts.add(AccountName("ann"), NewKey("ci", key_hash(key), key[-4:], scope))
    witness = Witness()
    house = await opened(accounts=registry, door=witness.at)
    peer = await house.connect()
    await peer.say("EHLO app.test")
    assert await peer.say("AUTH LOGIN") == "334 VXNlcm5hbWU6"
    await peer.say(b64encode(b"ann").decode())
    assert (await peer.say(b64encode(key.encode()).decode())).startswith("235")
    await said(peer, "MAIL FROM:<app@shop.test>", "RCPT TO:<bob@inbox.test>", "RCPT TO:<eve@inbox.test>")
    (told,) = witness.heard
    assert (told.inbox, told.ruling.rule, told.ruling.action) == (
        "eve@inbox.test",
        Rule.ELSEWHERE,
        Action.REFUSE,
    )
    assert (told.hello, told.sender, told.ip) == ("app.test", "app@shop.test", LOOPBACK)
    assert "ann" not in told.ruling.subject, "a public inbox tells everybody"
