"""Certificates: made on first start, replaced on SIGHUP; and restarts that no waiting client notices."""

import asyncio
import os
import signal
import ssl
from pathlib import Path

import pytest
import trustme

from fakes.server import PATIENCE, Endpoint, a_server, ended
from fakes.smtp_client import Mail, Talk, a_message, talking


async def certificate_of(talk: Talk) -> bytes:
    """The certificate that STARTTLS shows, in DER."""
    shown = (await talk.start_tls()).getpeercert(binary_form=True)
    assert shown is not None
    return shown


async def until_all_show(door: Endpoint, certificate: bytes) -> None:
    """Waits until six connections in a row, which both receivers share, show it."""
    in_a_row = 0
    async with asyncio.timeout(PATIENCE):
        while in_a_row < 6:
            async with talking(door) as talk:
                in_a_row = in_a_row + 1 if await certificate_of(talk) == certificate else 0


def issue(directory: Path) -> bytes:
    """A new certificate in `directory`, in DER."""
    made = trustme.CA().issue_cert("mail.test")
    (directory / "key.pem").write_bytes(made.private_key_pem.bytes())
    made.cert_chain_pems[0].write_to_path(directory / "certificate.pem")
    return ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode())


@pytest.mark.parametrize("flags", [(), ("--single",)], ids=["processes", "single"])
async def test_tls_works_with_the_certificate_that_the_server_made(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    with a_server(tmp_path / "data", *flags) as server:
        made = ssl.PEM_cert_to_DER_cert((server.data / "tls-certificate.pem").read_text(encoding="ascii"))
        for door in (server.smtp, server.submission):
            async with talking(door) as talk:
                assert await certificate_of(talk) == made
                assert (await talk.deliver(Mail(["tls@thing.test"], a_message("sealed")))).code == 250
        assert len(server.api.inbox("tls@thing.test")) == 2
        assert (
            "with ESMTPS"
            in server.api.raw("tls@thing.test", server.api.inbox("tls@thing.test")[0]["_id"]).decode()
        )


@pytest.mark.parametrize("flags", [(), ("--single",)], ids=["processes", "single"])
async def test_sighup_serves_the_replaced_certificate_and_drops_no_session(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    first = issue(tmp_path)
    pair = (f"--tls-certificate={tmp_path}/certificate.pem", f"--tls-key={tmp_path}/key.pem")
    with a_server(tmp_path / "data", "--receivers=2", *pair, *flags) as server:
        async with talking(server.smtp) as sealed, talking(server.smtp) as clear:
            assert await certificate_of(sealed) == first
            second = issue(tmp_path)
            server.signal(signal.SIGHUP)
            await until_all_show(server.smtp, second)
            for talk in (sealed, clear):
                assert (await talk.deliver(Mail(["all@thing.test"], a_message("kept")))).code == 250


@pytest.mark.parametrize("flags", [(), ("--single",)], ids=["processes", "single"])
async def test_a_broken_certificate_leaves_the_old_one_in_use(tmp_path: Path, flags: tuple[str, ...]) -> None:
    first = issue(tmp_path)
    pair = (f"--tls-certificate={tmp_path}/certificate.pem", f"--tls-key={tmp_path}/key.pem")
    with a_server(tmp_path / "data", *pair, *flags) as server:
        (tmp_path / "certificate.pem").write_text("broken", encoding="ascii")
        server.signal(signal.SIGHUP)
        for _ in range(4):
            async with talking(server.smtp) as talk:
                assert await certificate_of(talk) == first


async def test_a_client_that_waits_while_its_receiver_is_killed_is_served_by_the_next(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", "--receivers=1") as server:
        (receiver,) = server.pids("receiver")
        os.kill(receiver, signal.SIGSTOP)  # so that it accepts nobody
        waiting = [asyncio.create_task(served(server.smtp, number)) for number in range(5)]
        done, _ = await asyncio.wait(waiting, timeout=0.2)
        assert done == set()
        os.kill(receiver, signal.SIGKILL)
        assert ended(receiver, PATIENCE)
        late = [asyncio.create_task(served(server.smtp, number)) for number in range(5, 10)]
        assert await asyncio.gather(*waiting, *late) == [250] * 10
        assert len(server.api.inbox("patient@thing.test")) == 10
        assert server.pids("receiver") != [receiver]


async def served(door: Endpoint, number: int) -> int:
    async with talking(door) as talk:
        return (await talk.deliver(Mail(["patient@thing.test"], a_message(f"mail {number}")))).code


async def test_the_other_doors_go_on_while_one_role_is_killed(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        async with talking(server.submission) as talk:
            for receiver in server.pids("receiver"):
                os.kill(receiver, signal.SIGKILL)
            assert (await talk.deliver(Mail(["on@thing.test"], a_message("on")))).code == 250
        assert len(server.api.inbox("on@thing.test")) == 1
        assert await served(server.smtp, 0) == 250


async def test_a_killed_committer_is_replaced_together_with_its_receiver(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        receiver, committer = server.family("receiver")
        assert await served(server.smtp, 0) == 250
        os.kill(committer, signal.SIGKILL)
        assert ended(receiver, PATIENCE)  # by itself, within two heartbeats
        assert await served(server.smtp, 1) == 250
        assert len(server.api.inbox("patient@thing.test")) == 2
        assert set(server.family("receiver")).isdisjoint({receiver, committer})
        assert "the committer has ended" in server.log.read_text(encoding="utf-8")


async def test_a_drain_leaves_no_committer_behind(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        _, committer = server.family("receiver")
        assert server.stop() == 0
        assert ended(committer, PATIENCE)
        assert "the committer has ended" not in server.log.read_text(encoding="utf-8")
