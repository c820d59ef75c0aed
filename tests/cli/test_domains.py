"""`mailweir domain`, `plan` and `check-dns`: alone, and beside a server that learns of it at once."""

import asyncio
import json
import subprocess
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cli.test_accounts import LEARNS_WITHIN, mailweir
from fakes.nameserver import a_nameserver
from fakes.server import a_server

QA = "qa.thing.test"
KEY = "k_" + "domainsbycommand" * 2


def run(data: Path, *words: str, **variables: str) -> Any:  # noqa: ANN401  JSON is what it is
    ended = mailweir(*words, "--json", data=data, **variables)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_a_domain_is_claimed_vouched_for_and_taken_away(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(data, "account", "add", "ann")
    claimed = mailweir("domain", "add", "ann", "QA.thing.test.", data=data)
    assert claimed.stdout.startswith(f'{QA}. TXT "mailweir_')
    assert f"{QA} " in (listed := mailweir("domain", "list", "ann", data=data).stdout)
    assert "private, not verified; TXT" in listed
    held = run(data, "domain", "add", "ann", QA, "--verified")
    assert (held["verified"], f'"{held["txt"]}"' in claimed.stdout) == (True, True)
    assert "private, verified" in mailweir("domain", "list", "ann", data=data).stdout
    run(data, "account", "add", "ben")
    refused = mailweir("domain", "add", "ben", QA, "--verified", data=data)
    assert (refused.returncode, refused.stderr) == (1, f"mailweir: The domain {QA} is another account's.\n")
    assert run(data, "domain", "remove", "ann", QA)["removed"]
    assert run(data, "domain", "list", "ann") == []
    assert mailweir("domain", "list", "ann", data=data).stderr == "ann has no domain.\n"


def test_a_running_server_knows_of_a_domain_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    flags = ("--bootstrap-account=ann", f"--bootstrap-key={KEY}", "--base-domains=mail.test")
    with a_server(data, *flags) as server:
        drop = partial(server.api.drop, f"any@{QA}", b"Subject: x\r\n\r\nx\r\n")
        with pytest.raises(AssertionError):
            drop()  # mail for a host that is nobody's is refused
        run(data, "domain", "add", "ann", QA, "--verified")
        deadline = time.monotonic() + LEARNS_WITHIN
        while server.api.get(f"/api/domains/{QA}/messages?_mailsacKey={KEY}").status != 200:
            assert time.monotonic() < deadline
        drop()
        assert len(json.loads(server.api.get(f"/api/domains/{QA}/messages?_mailsacKey={KEY}").body)) == 1
        assert server.api.get(f"/api/addresses/any@{QA}/messages").status == 401
        assert server.stop() == 0
    assert "last used 20" in mailweir("key", "list", "ann", data=data).stdout


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["domain", "add", "ann", "nodot"], 2, "is not the name of a domain"),
        (["domain", "add", "nobody", QA], 1, "There is no account nobody."),
        (["domain", "remove", "ann", QA], 1, f"ann has no domain {QA}."),
        (["check-dns", "192.0.2.1"], 2, "is not the name of a domain"),
        (["plan", "add", "no name"], 2, "is no plan's name"),
        (["plan", "add", "gold", "--operations", "-1"], 2, "operations"),
        (["plan", "add", "gold", "--domains", "101"], 2, "domains"),
        (["plan", "remove", "gold"], 1, "There is no plan gold to remove."),
        (["account", "change", "ann"], 2, "Say what to change"),
        (["account", "change", "ann", "--plan", "gold"], 1, "There is no plan gold."),
        (["account", "change", "nobody", "--plan", "free"], 1, "There is no account nobody."),
        (["key", "add", "ann", "x", "--days", "0"], 2, "days"),
        (["key", "add", "ann", "x", "--only", "nowhere"], 2, "neither an address nor a domain"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, words: Sequence[str], code: int, sentence: str
) -> None:
    data = tmp_path_factory.mktemp("domains") / "data"
    run(data, "account", "add", "ann")
    ended = mailweir(*words, data=data)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert sentence.lower() in ended.stderr.lower()
    assert "Traceback" not in ended.stderr


def test_plans_are_made_changed_given_and_removed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(data, "account", "add", "ann")
    assert [one["plan"] for one in run(data, "plan", "list")] == ["free", "team", "unlimited"]
    made = run(data, "plan", "add", "Gold", "--operations", "9", "--addresses", "8", "--domains", "7")
    assert made == {"plan": "gold", "operations": 9, "addresses": 8, "domains": 7, "messages": 0}
    assert run(data, "account", "change", "ann", "--plan", "gold")["plan"] == "gold"
    assert run(data, "account", "list")[0]["plan"] == "gold"
    used = mailweir("plan", "remove", "gold", data=data)
    assert (used.returncode, used.stderr) == (1, "mailweir: The plan gold is in use, by 1.\n")
    changed = run(data, "account", "change", "ann", "--plan", "free", "--capture-private")
    assert changed == {"account": "ann", "plan": "free", "capturePrivate": True}
    assert not run(data, "account", "change", "ann", "--no-capture-private")["capturePrivate"]
    assert run(data, "plan", "remove", "gold") == {"plan": "gold", "removed": True}
    assert "operations a month     1500" in mailweir("plan", "list", data=data).stdout


def test_a_key_may_be_good_for_less(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(data, "account", "add", "ann")
    run(data, "key", "add", "ann", "ci", "--read-only", "--days", "30", "--only", "Bob+tag@Thing.test")
    run(data, "key", "add", "ann", "qa", "--only", "QA.Thing.test")
    keys = {one["name"]: one for one in run(data, "key", "list", "ann")}
    assert (keys["ci"]["readOnly"], keys["ci"]["only"]) == (True, "bob@thing.test")
    assert abs(keys["ci"]["expires"] - keys["ci"]["created"] - 30 * 86_400_000) < 60_000
    assert (keys["qa"]["only"], keys["qa"]["expires"], keys["first"]["only"]) == (QA, None, None)
    told = mailweir("key", "list", "ann", data=data).stdout
    assert "reads only, only bob@thing.test, until 20" in told
    assert "never used" in told


async def test_the_dns_is_asked_whether_mail_comes_here_and_whose_a_domain_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await asyncio.to_thread(run, data, "account", "add", "ann")
    token = (await asyncio.to_thread(run, data, "domain", "add", "ann", QA))["txt"]
    async with a_nameserver({(QA, "MX"): ["10 mx.mail.test."], (QA, "TXT"): [f'"{token}"']}) as served:
        settings = {
            "MAILWEIR_DNS_SERVERS": f"127.0.0.1:{served.port}",
            "MAILWEIR_MX_HOSTS": "mx.mail.test,mx2.mail.test",
        }

        async def ask(*words: str) -> "subprocess.CompletedProcess[str]":
            return await asyncio.to_thread(mailweir, "check-dns", QA, *words, data=data, **settings)

        right = await ask()
        assert (right.returncode, right.stdout) == (
            0,
            "MX   mx.mail.test: mail comes here\nTXT  claimed by ann: proved\n",
        )
        served.records = {(QA, "MX"): ["10 far.test."]}
        wrong = await ask()
        assert (wrong.returncode, wrong.stdout) == (
            1,
            "MX   far.test, not mx.mail.test: mail does not come here\nTXT  claimed by ann: not proved\n",
        )
        told = await ask("--json")
        assert json.loads(told.stdout) == {
            "domain": QA,
            "receives": False,
            "mailHosts": ["far.test"],
            "expected": ["mx.mail.test", "mx2.mail.test"],
            "accounts": ["ann"],
            "proven": [],
        }
        served.failing.add(QA)
        failed = await ask()
        assert (failed.returncode, "no answer" in failed.stderr) == (1, True)
