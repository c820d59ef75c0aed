"""The files whose places every site agrees on: whom to tell of a hole, and that nothing is to be indexed."""

from datetime import UTC, datetime, timedelta

import pytest

from fakes.web_house import NOW, WebHouse

SECURITY = "/.well-known/security.txt"
DAY = 24 * 3600 * 1000


def fields(text: str) -> list[tuple[str, str]]:
    """Each line as a name and a value (RFC 9116 §4)."""
    assert text.endswith("\n")
    found = [line.partition(": ") for line in text.splitlines()]
    assert all(separator for _, separator, _ in found)
    return [(name, value) for name, _, value in found]


async def test_whom_to_tell_of_a_hole_is_where_everybody_looks_for_it(house: WebHouse) -> None:
    house.security_contacts = ("mailto:security@thing.test", "https://thing.test/hole")
    house.public_url = "https://mail.thing.test"
    await house.reopen()
    answer = await house.get(SECURITY)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert fields(answer.text) == [
        ("Contact", "mailto:security@thing.test"),
        ("Contact", "https://thing.test/hole"),
        ("Expires", "2027-11-24T00:00:00.000Z"),
        ("Preferred-Languages", "en"),
        ("Canonical", f"https://mail.thing.test{SECURITY}"),
    ]


@pytest.mark.parametrize("later", [0, 1, DAY - 1, DAY, 1000 * DAY + 1])
async def test_it_never_ends_today_and_never_holds_for_a_year(house: WebHouse, later: int) -> None:
    house.clock.time = NOW + later
    told = dict(fields((await house.get(SECURITY)).text))["Expires"]
    ahead = datetime.fromisoformat(told) - datetime.fromtimestamp(house.clock.time / 1000, UTC)
    assert timedelta(days=363) < ahead <= timedelta(days=364)


async def test_an_address_that_is_not_under_tls_is_not_told_as_its_own(house: WebHouse) -> None:
    assert "Canonical" not in dict(fields((await house.get(SECURITY)).text))


async def test_where_nobody_wants_to_be_told_there_is_no_such_file(house: WebHouse) -> None:
    house.security_contacts = ()
    await house.reopen()
    answer = await house.get(SECURITY)
    assert (answer.status, answer.json) == (404, (await house.get("/nothing")).json)


async def test_robots_are_told_to_stay_away_from_everything(house: WebHouse) -> None:
    answer = await house.get("/robots.txt")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text == "User-agent: *\nDisallow: /\n"
