"""Throttles over whole deliveries: floods are found, honest mail passes, and every table has its bound."""

import random
from ipaddress import ip_network
from typing import Final, Literal

import pytest

from fakes.floods import Sent, Stand, a_flood, a_mail, a_text, unique_host
from mailweir.model.account import AccountName, OwnedAddress
from mailweir.model.address import Address, Inbox
from mailweir.model.ban import Kind, Name, Subject, Wish, network_name
from mailweir.model.ruling import Action, Rule, Ruling
from mailweir.policy.heavy_hitters import Facet
from mailweir.policy.networks import own_network
from mailweir.policy.offenders import REFUSALS, SHORTEST

PACE = 1 / 1_500  # seconds between two messages of a flood
WISH: Final = Wish(None, "tested", "test")


@pytest.fixture
def chance() -> random.Random:
    return random.Random(20261126)


@pytest.fixture
def stand() -> Stand:
    return Stand()


def convicted(stand: Stand) -> set[Facet]:
    return {one.facet for one in stand.throttling.floods.convictions(stand.clock.monotonic())}


def honest(chance: random.Random, number: int, domain: str = "honest.example") -> Sent:
    """Of its own network, with its own words."""
    sender = f"clerk{number}@{unique_host(number, domain)}"
    fields = {
        "From": sender,
        "Date": "today",
        "To": "x@thing.test",
        "Reply-To": f"<desk{number}@own{number}.test>",
    }
    content = a_mail(fields, a_text(chance))
    return Sent(f"172.{16 + number % 16}.{number % 250}.9", f"mail{number}.own{number}.test", sender, content)


def flooded(stand: Stand, chance: random.Random, variant: str, messages: int) -> tuple[int, int]:
    """When the first message of a flood was refused, and how many were."""
    flood = a_flood(chance, reply_to="<boss@evil.test>" if variant == "one Reply-To" else "")
    first, refused, body = messages, 0, a_text(chance)
    for number in range(messages):
        mail = next(flood)
        if variant == "private suffix":
            domain = f"site{number}.github.io"
            mail = Sent(mail.ip, f"h{number}.{domain}", f"u{number}@a.b.c.d.{domain}", mail.content)
        elif variant in {"one text", "one attachment"}:
            mail = _unlike(chance, number, body, attached=variant == "one attachment")
        if stand.send(mail) is not None:
            refused += 1
            first = min(first, number + 1)
        stand.clock.advance(PACE)
    return first, refused


def _unlike(chance: random.Random, number: int, body: str, *, attached: bool) -> Sent:
    """With nothing in common but the text, or but the attachment."""
    domain = f"d{chance.random()}.test".replace("0.", "")
    fields = {f"X-{chance.random()}": "1", "From": f"u@{domain}", f"Y-{chance.random()}": "2"}
    if attached:
        edge = f"e{chance.random()}"
        fields["Content-Type"] = f"multipart/mixed; boundary={edge}"
        own = a_text(chance)
        body = f"--{edge}\r\n\r\n{own}\r\n--{edge}\r\n\r\n{body}\r\n--{edge}--"
    ip = f"{10 + number % 90}.{chance.randrange(250)}.{chance.randrange(250)}.1"
    return Sent(ip, f"mx.{domain}", f"u{number}@a.b.c.{domain}", a_mail(fields, body))


@pytest.mark.parametrize(
    "variant", ["one Reply-To", "rotating Reply-To", "private suffix", "one text", "one attachment"]
)
def test_a_flood_of_unique_senders_is_found_within_three_hundred_messages(
    stand: Stand, chance: random.Random, variant: str
) -> None:
    first, refused = flooded(stand, chance, variant, 1_500)
    assert first <= 300
    assert refused >= 0.95 * (1_500 - first)


def test_a_domain_that_strangers_share_is_not_brought_down_by_one_of_them(
    stand: Stand, chance: random.Random
) -> None:
    """The flood's tool is held back; the others of the same domain are not even asked to come again."""
    flooded(stand, chance, "rotating Reply-To", 1_200)
    assert convicted(stand) == {Facet.TOOL}
    fates: list[Ruling | None] = []
    for number in range(150):
        stand.clock.advance(0.2)
        fates.append(stand.send(honest(chance, number, domain="evil-mailer.com")))
    assert fates == [None] * 150


def test_who_looks_like_a_flood_and_comes_back_is_let_in(stand: Stand, chance: random.Random) -> None:
    flooded(stand, chance, "one Reply-To", 1_000)
    fields = {"From": "ann@x.test", "Reply-To": "<boss@evil.test>"}
    mail = Sent("203.0.113.5", "mx.x.test", "ann@x.test", a_mail(fields, a_text(chance)))
    ruling = stand.send(mail)
    assert ruling is not None
    assert (ruling.action, ruling.rule, ruling.seconds) == (Action.LATER, Rule.FLOOD, 4.0)
    assert ruling.subject == "Reply-To boss@evil.test"
    stand.clock.advance(5.0)
    assert stand.send(mail) is None


def test_a_minute_after_a_flood_nothing_of_it_is_left(stand: Stand, chance: random.Random) -> None:
    flooded(stand, chance, "one Reply-To", 1_500)
    stand.clock.advance(60.0)
    assert convicted(stand) == set()
    fields = {"From": "ann@x.test", "Reply-To": "<boss@evil.test>"}
    assert stand.send(Sent("203.0.113.5", "", "ann@x.test", a_mail(fields, a_text(chance)))) is None


def test_tables_do_not_grow_with_a_flood(stand: Stand, chance: random.Random) -> None:
    flooded(stand, chance, "one text", 5_000)
    floods = stand.throttling.floods
    assert all(len(floods.top(facet, stand.clock.monotonic(), 10_000)) <= 1_024 for facet in Facet)


async def test_four_addresses_at_full_speed_are_banned_within_two_seconds(
    stand: Stand, chance: random.Random
) -> None:
    content = a_mail({"From": "a@b.test"}, a_text(chance))
    for number in range(4_000):  # two seconds
        stand.send(Sent(f"192.0.2.{number % 4}", "me", "a@b.test", content, f"box{number}@thing.test"))
        stand.clock.advance(1 / 2_000)
    bans = list(stand.blocklist.entries())
    assert {str(ban.subject) for ban in bans} == {f"192.0.2.{number}" for number in range(4)}
    ruling = stand.visit("192.0.2.1").welcome()
    assert ruling is not None
    assert (ruling.action, ruling.rule) == (Action.BAN, Rule.ADDRESS)
    assert SHORTEST - 3 < ruling.seconds <= SHORTEST
    assert stand.visit("192.0.2.4").welcome() is None
    stand.clock.advance(SHORTEST)
    assert stand.visit("192.0.2.1").welcome() is None


async def test_who_the_operator_allows_is_put_off_and_never_banned(
    stand: Stand, chance: random.Random
) -> None:
    await stand.blocklist.put("allow", [Subject("network", network_name(own_network("192.0.2.1")))], WISH)
    content = a_mail({}, a_text(chance))
    rulings = [stand.send(Sent("192.0.2.1", "", "a@b.test", content, f"x{n}@y.test")) for n in range(1_000)]
    assert [ban.register for ban in stand.blocklist.entries()] == ["allow"]
    assert rulings[-1] is not None
    assert rulings[-1].action is Action.LATER


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("network", network_name(ip_network("192.0.2.0/24"))),
        ("domain", "b.test"),
        ("sender", "a@x.b.test"),
        ("recipient", "box@thing.test"),
        ("hello", "evil.host"),
    ],
)
@pytest.mark.parametrize("throttle", ["on", "off", "dry-run"])
async def test_what_the_operator_bans_is_refused_whether_there_are_throttles_or_not(
    kind: Kind, name: Name, throttle: Literal["on", "off", "dry-run"]
) -> None:
    stand = Stand(throttle=throttle)
    mail = Sent("192.0.2.77", "evil.host", "a@x.b.test", b"\r\n", "box@thing.test")
    assert stand.send(mail) is None
    await stand.blocklist.put("block", [Subject(kind, name)], WISH)
    ruling = stand.send(mail)
    assert ruling is not None
    assert (ruling.action, ruling.rule, ruling.subject.split()[0]) == (Action.BAN, Rule.BAN, kind)
    other = Sent("198.51.100.1", "good.host", "a@c.test", b"\r\n", "other@thing.test")
    assert stand.send(other) is None


def test_who_sends_one_message_a_second_is_never_held(stand: Stand, chance: random.Random) -> None:
    content = a_mail({"From": "a@b.test", "Reply-To": "a@b.test"}, a_text(chance))
    for _ in range(600):
        assert stand.send(Sent("192.0.2.1", "me", "a@b.test", content)) is None
        stand.clock.advance(1.0)


def test_a_sender_is_judged_once_for_all_recipients_and_refused_at_each(stand: Stand) -> None:
    visit = stand.visit("192.0.2.1")
    for _ in range(300):
        visit.begin(Address("a", "b.test"))
        visit.recipient(Inbox("first@thing.test"))
    visit.begin(Address("a", "b.test"))
    rulings = [visit.recipient(Inbox(f"r{number}@thing.test")) for number in range(5)]
    assert {None if one is None else (one.action, one.rule) for one in rulings} == {
        (Action.LATER, Rule.ADDRESS)
    }
    assert len({one.code for one in rulings if one is not None}) == 1


def test_an_inbox_that_many_write_to_is_protected_by_itself(stand: Stand) -> None:
    fates: list[Ruling | None] = []
    for number in range(200):
        visit = stand.visit(f"10.{number}.0.1")
        visit.begin(Address("a", f"s{number}.test"))
        fates.append(visit.recipient(Inbox("one@thing.test")))
        visit.begin(Address("a", f"s{number}.test"))
        assert visit.recipient(Inbox(f"other{number}@thing.test")) is None
    assert {one.rule for one in fates if one is not None} == {Rule.INBOX}
    assert fates[:100] == [None] * 100


def test_mail_for_an_account_is_counted_for_it_and_not_by_inbox(stand: Stand) -> None:
    ann, inbox = AccountName("ann"), Inbox("ann@thing.test")
    stand.registry.addresses[inbox] = OwnedAddress(inbox, ann, "", 0, 0)
    fates: list[Ruling | None] = []
    for number in range(1_100):
        visit = stand.visit(f"10.{number % 250}.{number // 250}.1")
        visit.begin(Address("a", f"s{number}.test"))
        fates.append(visit.recipient(inbox))
    assert fates[:1_000] == [None] * 1_000
    assert {one.rule for one in fates[1_000:] if one is not None} == {Rule.ACCOUNT}


@pytest.mark.parametrize(
    "domain", ["[127.0.0.1]", "[IPv6:2001:db8::1]", "münchen.example", "x" * 255, "a.b.c." * 40 + "x"]
)
def test_strange_sender_domains_are_judged_like_others(stand: Stand, domain: str) -> None:
    visit = stand.visit("192.0.2.1", "[192.0.2.1]")
    visit.begin(Address("a" * 64, domain))
    assert visit.recipient(Inbox("x@y.test")) is None
    assert visit.content(b"\r\n") is None


def test_a_dry_run_explains_what_it_would_do_and_does_nothing(chance: random.Random) -> None:
    stand = Stand(throttle="dry-run")
    _, refused = flooded(stand, chance, "one Reply-To", 800)
    assert refused == 0
    assert list(stand.blocklist.entries()) == []
    assert len(stand.explained) > 600
    assert not any(one.acted for one in stand.explained)
    assert {one.ruling.rule for one in stand.explained} >= {Rule.FLOOD}


def test_what_the_peer_was_told_is_explained_for_each_inbox(stand: Stand) -> None:
    visit = stand.visit("192.0.2.1", "Me.Example")
    ruling = None
    for _ in range(REFUSALS):
        visit.begin(Address("a", "b.test"))
        ruling = visit.recipient(Inbox("x@y.test"))
    assert ruling is not None
    visit.told(ruling, [Inbox(f"{number}@y.test") for number in range(20)], "450 4.7.1 later")
    assert [one.inbox for one in stand.explained] == [f"{number}@y.test" for number in range(10)]
    one = stand.explained[0]
    assert (one.ip, one.hello, one.sender, one.acted, one.reply) == (
        "192.0.2.1",
        "me.example",
        "a@b.test",
        True,
        "450 4.7.1 later",
    )
    assert one.ruling.figures["rate"] == 10.0
    assert one.ruling.code == stand.throttling.rulings.code(one.ruling.rule, one.ruling.subject)
