"""On a laptop or in a CI job nothing is slowed or refused, with no setting at all."""

import asyncio
import time
from pathlib import Path

from fakes.server import a_server
from fakes.smtp_client import Mail, Reply, a_message, deliver_all, talking

SLOW = 10.0  # seconds, ten times what all of a test's mail may take


async def test_twenty_five_mails_to_one_address_are_all_taken_at_once(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        begun = time.monotonic()
        mails = [Mail(["one@thing.test"], a_message(f"mail {number}")) for number in range(25)]
        answers = await deliver_all(server.smtp, mails, connections=1)
        assert time.monotonic() - begun < SLOW
        assert [answer.code for answer in answers] == [250] * 25
        listed = server.api.inbox("one@thing.test")
        assert [one["subject"] for one in reversed(listed)] == [f"mail {number}" for number in range(25)]


async def test_six_hundred_mails_over_sixty_connections_at_once_are_all_taken(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        together = asyncio.Barrier(60)
        begun = time.monotonic()

        async def send_ten(number: int) -> list[Reply]:
            async with talking(server.smtp) as talk:
                await together.wait()
                mails = [Mail([f"{number}@thing.test"], a_message(f"mail {of}")) for of in range(10)]
                return [await talk.deliver(mail) for mail in mails]

        answers = [one for ten in await asyncio.gather(*map(send_ten, range(60))) for one in ten]
        assert time.monotonic() - begun < SLOW
        assert {answer.code for answer in answers} == {250}
        listed = {one["_id"] for one in server.api.all()}
        assert listed == {f"{answer.queue_id}-0" for answer in answers}
        assert len(listed) == 600
