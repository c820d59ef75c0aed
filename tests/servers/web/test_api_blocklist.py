"""Who is on the blocklist, by REST."""

import pytest

from fakes.bans import a_subject
from fakes.web_house import Furnish, WebHouse
from mailweir.model.ban import Subject, Wish
from mailweir.policy.visibility import AnonymousRules
from mailweir.services.public_bans import FRESH, MOST

BLACKLIST = "/api/mailstats/blacklist"


async def put(house: WebHouse, *subjects: Subject, allowed: bool = False) -> None:
    wish = Wish(house.clock.now() + 60_000, "why", "who")
    await house.blocklist.put("allow" if allowed else "block", subjects, wish)


async def blacklisted(house: WebHouse, text: str) -> bool:
    answer = await house.get(f"{BLACKLIST}/{text}")
    assert answer.status == 200
    assert answer.json.keys() == {"blacklisted"}
    return answer.json["blacklisted"]


async def test_domains_addresses_and_ips_are_looked_up(house: WebHouse) -> None:
    await put(house, a_subject("192.0.2.0/24"), a_subject("spam.test"), a_subject("eve@good.test"))
    await put(house, a_subject("192.0.2.9"), allowed=True)
    for text in (
        "192.0.2.7",
        "::ffff:192.0.2.7",
        "spam.test",
        "a.Spam.test",
        "x@spam.test",
        "eve%40good.test",
    ):
        assert await blacklisted(house, text), text
    for text in (
        "192.0.2.9",
        "192.0.3.7",
        "good.test",
        "bob@good.test",
        "com",
        "what%20is%20this",
        "x" * 5000,
    ):
        assert not await blacklisted(house, text), text
    house.clock.time += 60_000
    assert not await blacklisted(house, "192.0.2.7")


async def test_the_list_has_networks_and_domains_and_nothing_of_anybody_else(house: WebHouse) -> None:
    assert (await house.get(BLACKLIST)).json == []
    await put(house, a_subject("192.0.2.7"), a_subject("spam.test"), a_subject("eve@good.test"))
    await put(house, a_subject("bob@thing.test", "recipient"), a_subject("helo.test", "hello"))
    await put(house, a_subject("198.51.100.1"), allowed=True)
    house.blocklist.ban_now(a_subject("2001:db8::/64"), seconds=60, reason="flood", rule="peer")
    house.clock.time += int(FRESH * 1000) - 1
    assert (await house.get(BLACKLIST)).json == []
    house.clock.time += 1
    assert (await house.get(BLACKLIST)).json == ["192.0.2.7", "2001:db8::/64", "spam.test"]


@pytest.mark.parametrize(("count", "listed"), [(MOST - 1, MOST - 1), (MOST, MOST), (MOST + 1, MOST)])
async def test_a_long_list_ends(house: WebHouse, count: int, listed: int) -> None:
    house.blocklist._limit = MOST + 1
    await put(house, *(a_subject(f"10.0.{number >> 8}.{number & 255}") for number in range(count)))
    assert len((await house.get(BLACKLIST)).json) == listed


async def test_who_may_read_nothing_is_told_nothing(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules(key_required=True))
    for path in (BLACKLIST, f"{BLACKLIST}/192.0.2.7"):
        assert (await house.get(path)).status == 401
