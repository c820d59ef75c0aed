"""What a process says of a flood: who it is, what he has in common, and one line of it in the log."""

import asyncio
import random

import pytest

from fakes.floods import Sent, Stand, a_flood, a_mail, a_text
from mailweir.cli.top import command, lines
from mailweir.model.situation import Frequent, Situation
from mailweir.observe import logs
from mailweir.services import outlook as module
from mailweir.services.explaining import Explaining
from mailweir.services.outlook import Outlook


def an_outlook(stand: Stand) -> Outlook:
    return Outlook("receiver", stand.throttling, Explaining(stand.clock, stand.explained.append), lambda: 12)


def a_flooded_stand(*, networks: int = 1) -> Stand:
    stand, chance = Stand(), random.Random(5)
    flood = a_flood(chance, reply_to="<boss@evil.test>", networks=networks)
    for _ in range(2_000):
        stand.send(next(flood))
        stand.clock.advance(1 / 1_500)
    return stand


def test_a_flood_is_named_by_all_that_it_has_in_common_though_one_thing_of_it_is_held_back() -> None:
    seen = an_outlook(a_flooded_stand(networks=64)).situation()
    named = {one.facet: one for one in seen.frequent if one.share > 0.5}
    assert named["Reply-To"].key == "boss@evil.test"
    assert named["Reply-To"].held_back
    assert named["sender domain"].key == "evil-mailer.com"
    assert not named["sender domain"].held_back
    assert 50 < seen.rate < 150  # 2,000 in 1.3 seconds, over 20 seconds
    assert (seen.role, seen.sessions, seen.throttle) == ("receiver", 12, "on")


def test_a_flood_that_its_network_is_slowed_for_is_named_by_the_network_and_by_its_reply_to() -> None:
    seen = an_outlook(a_flooded_stand()).situation()
    named = {one.facet: one.key for one in reversed(seen.frequent)}
    assert named["network"] == "10.0.0.0/24"
    assert named["Reply-To"] == "boss@evil.test"
    assert named["sender domain"] == "evil-mailer.com"


def test_quiet_mail_has_nothing_in_common() -> None:
    stand, chance = Stand(), random.Random(5)
    for number in range(20):
        domain = f"own{number}.test"
        content = a_mail({"From": f"a@{domain}", f"X-{number}": "1"}, a_text(chance))
        stand.send(Sent(f"10.{number}.0.1", f"mx.{domain}", f"a@{domain}", content))
        stand.clock.advance(5.0)
    assert an_outlook(stand).situation().frequent == ()


def test_people_are_told_the_command_that_stops_it() -> None:
    text = "\n".join(lines(an_outlook(a_flooded_stand(networks=64)).situation()))
    assert "Reply-To boss@evil.test  put off already" in text
    assert text.endswith("mailweir block add evil-mailer.com --kind domain --for 1h --reason flood")


@pytest.mark.parametrize("key", ["$(reboot)", "a b", "x;y", "\x1b[2J", "'"])
def test_what_an_outsider_chose_is_quoted_in_a_command(key: str) -> None:
    said = command(Frequent("HELO name", key, 500, 0.9, 60, 60, held_back=False))
    assert "\x1b" not in said
    assert said.startswith(("mailweir block add '", 'mailweir block add "'))


def test_nothing_is_named_where_nothing_stands_out() -> None:
    empty = Situation("receiver", 1, 0, 0.0, 0, 0, "dry-run", (), ())
    assert list(lines(empty))[-1] == "  Nothing comes often enough to stand out."
    assert "dry-run" in next(iter(lines(empty)))


async def test_the_log_has_a_line_of_it_while_mail_is_put_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(module, "PERIOD", 0.05)

    def warning(_: logs.Log, event: str, **keys: object) -> None:
        said.append((event, keys))

    monkeypatch.setattr(logs.Log, "warning", warning)
    stand = a_flooded_stand()
    outlook = an_outlook(stand)
    reporting = asyncio.create_task(outlook.report())
    await asyncio.sleep(0.2)
    assert said == []
    ruling = stand.send(next(a_flood(random.Random(6), reply_to="<boss@evil.test>")))
    assert ruling is not None
    visit = stand.visit("192.0.2.1")
    visit.told(ruling, (), "451")
    outlook.explaining.explain(stand.explained[-1])
    for _ in range(100):
        await asyncio.sleep(0.05)
        if said:
            break
    reporting.cancel()
    ((event, keys),) = said
    assert (event, keys["deliveries"]) == ("mail was put off", 1)
    assert "Reply-To: boss@evil.test" in str(keys["frequent"])
    assert "network: 10.0.0.0/24" in str(keys["frequent"])
