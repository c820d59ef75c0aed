"""The floods that `make incidents` plays: they are what they say, and see what a server does about them."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network
from itertools import combinations
from random import Random

import pytest

from incidents import origins
from incidents.attack import Attackers, AttackPlan
from incidents.four_addresses import cidrs
from incidents.honest import Honest, HonestPlan
from incidents.reaction import SLOW, Ledger, Reaction
from incidents.stage import Stage, apart
from incidents.variants import ATTACKS, VARIANTS, four_addresses

MESSAGES = 500
UNRELATED = MESSAGES - MESSAGES // 50 + 1  # domains: one message in 50 is from the one that is shared
REPLY_TO = re.compile(rb"(?im)^reply-to: (.*)$")
FROM = re.compile(rb"(?im)^from: <?(.*?)>?\r$")
NAMES = re.compile(rb"(?m)^([\w-]+):")

Verdict = Callable[[str, bytes], bytes]
"""What a message is answered, by its source and octets."""


# --- what is sent -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIANTS)
def test_no_two_messages_of_an_attack_share_sender_host_envelope_or_from(name: str) -> None:
    variant = VARIANTS[name](1)
    letters = [variant.letter(number) for number in range(MESSAGES)]
    hosts = {one.sender.partition(b"@")[2] for one in letters}
    assert len(hosts) == len({one.sender for one in letters}) == MESSAGES
    assert min(host.count(b".") for host in hosts) >= 7  # six labels and a domain of two at least
    fields = [FROM.search(one.content) for one in letters]
    assert len({found[1] for found in fields if found}) == MESSAGES


@pytest.mark.parametrize(
    ("name", "domains", "answers", "shapes", "bodies"),
    [
        ("constant-reply-to", 1, 1, 1, MESSAGES),
        ("rotating-reply-to", 1, MESSAGES, 1, MESSAGES),
        ("private-suffixes", 5, MESSAGES, MESSAGES, MESSAGES),
        ("64-networks", 1, MESSAGES, 1, MESSAGES),
        ("same-body", UNRELATED, MESSAGES, MESSAGES, 1),
        ("same-attachment", UNRELATED, MESSAGES, MESSAGES, MESSAGES),
    ],
)
def test_a_variant_leaves_constant_what_it_says(
    name: str, domains: int, answers: int, shapes: int, bodies: int
) -> None:
    variant = VARIANTS[name](1)
    letters = [variant.letter(number) for number in range(MESSAGES)]
    parts = [one.content.partition(b"\r\n\r\n") for one in letters]
    # The ICANN level of every suffix that is used here.
    assert len({b".".join(one.sender.rsplit(b".", 2)[1:]) for one in letters}) == domains
    assert len({found[1] for head, _, _ in parts if (found := REPLY_TO.search(head))}) == answers
    assert len({tuple(NAMES.findall(head)) for head, _, _ in parts}) == shapes
    assert len({body for _, _, body in parts}) == bodies


def test_the_same_attachment_is_all_that_two_messages_share() -> None:
    variant = VARIANTS["same-attachment"](1)
    one, other = (variant.letter(number).content.split(b"\r\n") for number in (1, 2))
    shared = {line for line in set(one) & set(other) if len(line) > 60}
    file = {line for line in shared if re.fullmatch(rb"[A-Za-z0-9+/=]{61,}", line)}
    assert len(file) > 50
    assert shared == file


def test_attackers_and_everybody_else_come_from_networks_of_their_own() -> None:
    blocks = [block for block in vars(origins).values() if isinstance(block, origins.Block)]
    assert len(blocks) >= 10
    seen = [
        {block.address(number).rpartition(".")[0] for number in range(block.networks)} for block in blocks
    ]
    assert [len(networks) for networks in seen] == [block.networks for block in blocks]
    assert not any(one & other for one, other in combinations(seen, 2))


@pytest.mark.parametrize(("name", "networks"), [("64-networks", 64), ("constant-reply-to", 1)])
def test_an_attack_comes_from_as_many_networks_as_it_says(name: str, networks: int) -> None:
    variant = ATTACKS[name](1)
    sources = [variant.source(connection) for connection in range(1_000)]
    assert len({source.rpartition(".")[0] for source in sources}) == networks
    assert len(set(sources)) >= 64


def test_a_list_names_different_networks_and_nobody_else() -> None:
    listed = cidrs(1_000, Random(1))
    networks = [ip_network(one) for one in listed]
    assert len(set(networks)) == 1_000
    fours = [one for one in networks if one.version == 4]
    assert len(fours) == 800
    others = [ip_address(origins.UNLISTED.address(number)) for number in range(100)]
    assert not any(other in network for other in others for network in fours)


# --- what is made of the answers ----------------------------------------------------------------


def reaction(*answers: tuple[bytes, float]) -> Reaction:
    """Of messages that were begun a hundredth of a second after the other."""
    ledger = Ledger(len(answers))
    for number, (reply, took) in enumerate(answers):
        ledger.answered(number, number / 100, took, reply)
    return ledger.reaction(1.0)


def test_ten_in_a_row_that_were_refused_or_held_are_a_detection() -> None:
    stopped = [(b"450 slow down", 0.1), (b"250 ok", SLOW + 0.1)] * 5
    found = reaction(*[(b"250 ok", 0.1)] * 7, *stopped)
    assert (found.detected_after, found.detected_within) == (7, 0.07)


def test_nine_in_a_row_are_none() -> None:
    found = reaction(*[(b"450 slow down", 0.1)] * 9, (b"250 ok", SLOW), *[(b"450 slow down", 0.1)] * 9)
    assert (found.detected_after, found.detected_within) == (-1, -1)
    assert found.share == pytest.approx(100 * 18 / 19)


def test_what_was_held_back_counts_as_held_and_what_was_not_sent_not_at_all() -> None:
    ledger = Ledger(100)
    for number in range(10):
        ledger.answered(number, 0, 0.1, b"250 ok")
    ledger.skipped(10, 30, 1.5)
    found = ledger.reaction(2.0)
    assert (found.accepted, found.held_back, found.unsent, found.sent) == (10, 30, 60, 10)
    assert (found.share, found.detected_after, found.detected_within) == (75, 10, 1.5)


# --- against servers that do something about it -------------------------------------------------


async def attacked(plan: AttackPlan) -> Reaction:
    """In this process: the attack alone is looked at."""
    return await Attackers(plan, ATTACKS[plan.attack](1)).work(Stage(asyncio.StreamReader()))


def an_attack(where: tuple[str, int], attack: str, messages: int, *, seconds: float = 10.0) -> AttackPlan:
    return AttackPlan(where, attack, messages, 1_000.0, seconds, connections=10)


async def test_an_attack_that_nobody_minds_is_accepted_whole_at_its_pace() -> None:
    async with a_defender(lambda _source, _content: b"250 ok") as where:
        found = await attacked(an_attack(where, "constant-reply-to", 500))
    assert (found.accepted, found.unsent, found.share, found.detected_after) == (500, 0, 0, -1)
    assert found.seconds >= 0.4


async def test_what_a_busy_server_cannot_take_in_time_is_sent_later_and_not_held() -> None:
    async with a_defender(lambda _source, _content: b"250 ok", hold=0.1) as where:
        found = await attacked(an_attack(where, "constant-reply-to", 300))
    assert (found.accepted, found.share) == (300, 0)
    assert found.seconds >= 3 * SLOW - 0.1  # ten connections: a hundred a second


async def test_what_it_cannot_take_in_the_whole_time_was_not_sent() -> None:
    async with a_defender(lambda _source, _content: b"250 ok", hold=0.1) as where:
        found = await attacked(an_attack(where, "constant-reply-to", 1_000, seconds=2.0))
    assert 100 <= found.accepted <= 220
    assert found.accepted + found.unsent == 1_000
    assert found.share == 0


async def test_a_server_that_knows_a_reply_to_is_seen_to_refuse_it() -> None:
    seen = Counter[bytes]()

    def judge(_source: str, content: bytes) -> bytes:
        found = REPLY_TO.search(content)
        assert found is not None
        seen[found[1]] += 1
        return b"450 4.7.1 slow down" if seen[found[1]] > 100 else b"250 ok"

    async with a_defender(judge) as where:
        known = await attacked(an_attack(where, "constant-reply-to", 500))
        unknown = await attacked(an_attack(where, "rotating-reply-to", 500))
    assert (known.accepted, known.refused) == (100, 400)
    assert 90 <= known.detected_after <= 100
    assert known.share == 80
    assert known.replies[450] == "450 4.7.1 slow down"
    assert (unknown.accepted, unknown.detected_after) == (500, -1)


async def test_a_message_after_one_that_was_refused_begins_anew() -> None:
    async with a_defender(lambda _source, _content: b"250 ok", no_recipient=True) as where:
        found = await attacked(an_attack(where, "constant-reply-to", 100))
    assert found.codes == {450: 100}


async def test_a_refusal_counts_that_the_server_hangs_up_upon() -> None:
    async with a_defender(lambda _source, _content: b"250 ok", no_recipient=True, hang_up=True) as where:
        found = await attacked(an_attack(where, "constant-reply-to", 100))
    assert (found.codes, found.broken) == ({450: 100}, 0)


async def test_a_server_that_holds_its_answers_is_seen_to_hold_the_attack() -> None:
    async with a_defender(lambda _source, _content: b"250 ok", hold=60.0) as where:
        begun = time.monotonic()
        found = await attacked(an_attack(where, "constant-reply-to", 3_000))
    assert time.monotonic() - begun < 30  # its answers would take 60
    assert found.accepted == 0
    assert found.late == 10  # one on each connection
    assert found.held_back > 2_000
    assert found.share == 100
    assert 0 <= found.detected_after < 20


@pytest.mark.parametrize("ban", [b"554 5.7.1 banned", b"421 4.7.1 banned for a while"])
async def test_addresses_that_are_turned_away_are_known_as_banned(ban: bytes) -> None:
    counts = Counter[str]()

    def judge(source: str, _content: bytes) -> bytes:
        counts[source] += 1
        return b"250 ok"

    def greet(source: str) -> bytes:
        return ban if counts[source] >= 50 else b"220 hello"

    async with a_defender(judge, greet=greet) as where:
        plan = AttackPlan(where, "four-addresses", 1_000, 0.0, 20.0, connections=8)
        found = await attacked(plan)
    assert found.sent == 1_000
    assert set(found.banned_within) == {four_addresses(1).source(number) for number in range(4)}
    assert found.refused >= 500
    assert found.replies[int(ban[:3])] == ban.decode()


@pytest.mark.parametrize("cap", [b"421 4.7.0 too many from there", b"421 4.3.2 full"])
async def test_an_address_that_has_too_many_connections_is_not_taken_for_banned(cap: bytes) -> None:
    async with a_defender(lambda _source, _content: b"250 ok", greet=lambda _: cap) as where:
        plan = AttackPlan(where, "four-addresses", 100, 0.0, 20.0, connections=8)
        found = await attacked(plan)
    assert (found.codes, found.banned_within) == ({421: 100}, {})


async def test_honest_senders_come_back_and_are_told_from_those_that_do_not_arrive() -> None:
    tried = Counter[str]()

    def judge(source: str, content: bytes) -> bytes:
        tried[source] += 1
        if source.endswith(".1") and tried[source] == 1:
            return b"451 4.7.1 try again"
        return b"550 no" if b"team3." in content else b"250 ok"

    async with a_defender(judge) as where:
        plan = HonestPlan(where, "constant-reply-to", 0.1, 0, 0, 5, 0)
        async with apart("honest", plan) as load:
            await load.go()
            found = (await load.result(Honest)).neighbours
    refused = sum(count for text, count in found.replies.items() if text.startswith("550"))
    assert found.deferred == 5
    assert found.delivered == found.in_time == found.sent - refused
    assert refused >= 1
    assert 5 <= found.latest < 8


@asynccontextmanager
async def a_defender(
    judge: Verdict,
    *,
    hold: float = 0.0,
    greet: Callable[[str], bytes] = lambda _: b"220 hello",
    no_recipient: bool = False,
    hang_up: bool = False,
) -> AsyncGenerator[tuple[str, int]]:
    """An SMTP server that answers each message as `judge` says, `hold` seconds later; it may know nobody,
    and hang up at once when it says so."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        source = writer.get_extra_info("peername")[0]
        try:
            greeting = greet(source)
            writer.write(greeting + b"\r\n")
            if not greeting.startswith(b"220"):
                return
            begun = False
            while command := await reader.readline():
                if command.startswith(b"MAIL") and begun:
                    writer.write(b"503 begun already\r\n")
                elif no_recipient and command.startswith(b"RCPT"):
                    writer.write(b"450 nobody\r\n")
                    if hang_up:
                        return
                elif no_recipient and command.startswith(b"DATA"):
                    writer.write(b"554 no recipients\r\n")
                elif command.startswith(b"DATA"):
                    begun = False
                    writer.write(b"354 go\r\n")
                    content = await reader.readuntil(b"\r\n.\r\n")
                    await asyncio.sleep(hold)
                    writer.write(judge(source, content) + b"\r\n")
                else:
                    begun = command.startswith((b"MAIL", b"RCPT"))
                    writer.write(b"250 ok\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()
