"""The control door: answers commands on this machine, whatever they say, and nobody else."""

import asyncio
import json
import os
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mailweir.adapters.local.control import ask_all, own_socket
from mailweir.servers.control.door import ControlDoor


@asynccontextmanager
async def a_door(directory: Path) -> AsyncGenerator[Path]:
    bound, path = own_socket(directory, "receiver")
    door = ControlDoor(bound, path, {"situation": lambda: {"rate": 7}})
    await door.start()
    try:
        yield path
    finally:
        await door.close()


async def said(path: Path, octets: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(octets)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:  # it was told before all of the question was read
        return b""
    finally:
        writer.close()


async def test_a_question_is_answered_with_who_has_answered(tmp_path: Path) -> None:
    async with a_door(tmp_path):
        (one,) = await asyncio.to_thread(lambda: list(ask_all(tmp_path, "situation")))
    assert (one.role, one.pid, one.answer, one.why) == ("receiver", os.getpid(), {"rate": 7}, "")


@pytest.mark.parametrize(
    "octets",
    [
        b"\n",
        b"no json\n",
        b'{"ask": "nothing"}\n',
        b'{"ask": 7}\n',
        b'{"ask": "situation", "x": 1}\n',
        b"\xff\n",
    ],
)
async def test_whatever_is_no_question_is_told_so_in_a_sentence(tmp_path: Path, octets: bytes) -> None:
    async with a_door(tmp_path) as path:
        answer = json.loads(await said(path, octets))
    assert list(answer) == ["error"]


@pytest.mark.parametrize("length", [4_000, 5_000, 1_000_000])
async def test_a_long_question_ends_without_being_read(tmp_path: Path, length: int) -> None:
    async with a_door(tmp_path) as path:
        answer = await said(path, b"x" * length + b"\n")
        assert answer == b"" or "error" in json.loads(answer)
        assert json.loads(await said(path, b'{"ask": "situation"}\n')) == {"answer": {"rate": 7}}


async def test_only_its_owner_can_ask(tmp_path: Path) -> None:
    async with a_door(tmp_path) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


async def test_what_a_killed_process_left_is_taken_away_and_its_number_used_again(tmp_path: Path) -> None:
    left, path = own_socket(tmp_path, "receiver")
    left.close()
    assert path.exists()
    assert list(ask_all(tmp_path, "situation")) == []
    assert not path.exists()
    left, path = own_socket(tmp_path, "receiver")
    left.close()
    async with a_door(tmp_path) as again:
        assert json.loads(await said(again, b'{"ask": "situation"}\n')) == {"answer": {"rate": 7}}


async def test_a_process_that_says_nothing_is_named(tmp_path: Path) -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    (tmp_path / "control").mkdir()
    server = await asyncio.start_unix_server(silent, tmp_path / "control" / "receiver.4711")
    async with a_door(tmp_path), server:
        found = await asyncio.to_thread(lambda: list(ask_all(tmp_path, "situation")))
    assert {(one.pid, one.answer is None, bool(one.why)) for one in found} == {
        (4711, True, True),
        (os.getpid(), False, False),
    }


async def test_a_data_directory_may_lie_as_deep_as_it_likes(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-directory-with-a-long-name"] * 8)
    deep.mkdir(parents=True)
    async with a_door(deep):
        (one,) = await asyncio.to_thread(lambda: list(ask_all(deep, "situation")))
    assert one.answer == {"rate": 7}


def test_where_nothing_runs_nobody_answers(tmp_path: Path) -> None:
    assert list(ask_all(tmp_path, "situation")) == []
