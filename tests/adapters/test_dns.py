"""The resolver against a name server that speaks real DNS."""

import asyncio
import time

import pytest

from fakes.nameserver import Nameserver, a_nameserver
from mailweir.adapters.dns import DnsResolver
from mailweir.model.address import Host
from mailweir.ports.errors import UnavailableError

QA = Host("qa.thing.test")
RECORDS = {
    ("qa.thing.test", "TXT"): ['"mailweir_abc"', '"v=spf1 " "-all"', '"\\195\\164"'],
    ("qa.thing.test", "MX"): ["20 Two.mail.test.", "10 one.mail.test."],
    ("null.thing.test", "MX"): ["0 ."],
    ("empty.thing.test", "A"): ["192.0.2.1"],
    ("large.thing.test", "TXT"): [f'"{number:04d}{"x" * 200}"' for number in range(300)],
}


def resolver(served: Nameserver) -> DnsResolver:
    return DnsResolver([("127.0.0.1", served.port)])


async def test_texts_are_put_together_and_mail_hosts_ordered() -> None:
    async with a_nameserver(RECORDS) as served:
        asked = resolver(served)
        assert sorted(await asked.texts(QA)) == ["mailweir_abc", "v=spf1 -all", "ä"]
        assert list(await asked.mail_hosts(QA)) == ["one.mail.test", "two.mail.test"]


@pytest.mark.parametrize("host", ["missing.thing.test", "empty.thing.test"])
async def test_what_is_not_there_is_nothing(host: str) -> None:
    async with a_nameserver(RECORDS) as served:
        assert list(await resolver(served).texts(Host(host))) == []
        assert list(await resolver(served).mail_hosts(Host(host))) == []


async def test_a_null_mx_names_no_mail_host() -> None:
    async with a_nameserver(RECORDS) as served:
        assert list(await resolver(served).mail_hosts(Host("null.thing.test"))) == []


async def test_of_an_endless_answer_only_so_much_is_looked_at() -> None:
    async with a_nameserver(RECORDS) as served:
        assert len(await resolver(served).texts(Host("large.thing.test"))) == 200


async def test_a_server_that_fails_or_is_silent_gives_no_answer_in_time() -> None:
    async with a_nameserver(RECORDS) as served:
        served.failing.add("qa.thing.test")
        served.silent.add("quiet.thing.test")
        with pytest.raises(UnavailableError):
            await resolver(served).texts(QA)
        began = time.monotonic()
        with pytest.raises(UnavailableError):
            await resolver(served).texts(Host("quiet.thing.test"))
        assert time.monotonic() - began < 10


async def test_no_more_than_twenty_questions_are_under_way() -> None:
    async with a_nameserver(RECORDS) as served:
        served.silent.update(f"q{number}.test" for number in range(40))
        asked = resolver(served)
        tasks = [asyncio.create_task(asked.texts(Host(f"q{number}.test"))) for number in range(40)]
        await asyncio.sleep(0.5)
        assert len({name for name, _ in served.asked}) == 20
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
