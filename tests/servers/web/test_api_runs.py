"""Runs by REST: addresses for one job's tests, what reaches them, and what is left of it."""

import asyncio
import io
import json
import time
import zipfile
from collections.abc import Sequence
from urllib.parse import urlencode

import pytest

from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.ruling import Action, Rule
from mailweir.model.run import LONGEST, LONGEST_NAME, MOST_ADDRESSES, SHORTEST
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.errors import UnavailableError
from mailweir.services import bundling, runs
from mailweir.services.returning import Returning

CODE = b"From: Shop <ann@shop.test>\r\nSubject: Your code is 482913\r\n\r\nYour code is 482913.\r\n"


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    house = await furnish(AnonymousRules(local=True))
    house.forget_accounts()
    return house


async def lend(house: WebHouse, body: object = None, key: str = "") -> Answer:
    raw = b"" if body is None else json.dumps(body).encode()
    return await house.ask("POST", "/api/runs", {"content-type": "application/json"} | by(key), raw)


async def free(house: WebHouse, run: str, key: str = "") -> Answer:
    return await house.ask("DELETE", f"/api/runs/{run}", by(key))


def by(key: str) -> dict[str, str]:
    return {"mailsac-key": key} if key else {}


async def wait(house: WebHouse, inbox: str, **query: str) -> Answer:
    return await house.get(f"/api/addresses/{inbox}/wait?{urlencode({'timeout': '0', **query})}")


async def test_a_run_has_fresh_addresses_that_nobody_guesses(house: WebHouse) -> None:
    first, second = (await lend(house)).json, (await lend(house, {"addresses": 2, "name": "ci"})).json
    assert len(first["addresses"]) == len(set(first["addresses"])) == 10
    assert len(second["addresses"]) == 2
    assert not set(first["addresses"]) & set(second["addresses"])
    for run in (first, second):
        assert {inbox[: len(run["prefix"])] for inbox in run["addresses"]} == {run["prefix"]}
        assert {inbox.partition("@")[2] for inbox in run["addresses"]} == {run["domain"]} == {"base.test"}
        assert run["prefix"][4:-1] not in run["id"]
        assert run["private"] is False
    assert (first["name"], second["name"]) == ("", "ci")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"addresses": -1}, 400),
        ({"addresses": 0}, 201),
        ({"addresses": MOST_ADDRESSES}, 201),
        ({"addresses": MOST_ADDRESSES + 1}, 400),
        ({"addresses": 1.5}, 400),
        ({"addresses": "many"}, 400),
        ({"ttl": SHORTEST - 1}, 400),
        ({"ttl": SHORTEST}, 201),
        ({"ttl": LONGEST}, 201),
        ({"ttl": LONGEST + 1}, 400),
        ({"name": "x" * LONGEST_NAME}, 201),
        ({"name": "x" * (LONGEST_NAME + 1)}, 400),
        ({"name": "a\nb"}, 400),
        ({"domain": "qa.thing.test"}, 201),
        ({"domain": "-"}, 400),
        ([], 400),
    ],
)
async def test_what_a_run_may_be(house: WebHouse, body: object, status: int) -> None:
    answer = await lend(house, body)
    assert (answer.status, answer.json.get("status", 201)) == (status, status)


async def test_mail_for_its_domain_has_to_be_taken_here(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules())
    house.base_domains = frozenset({"base.test"})
    await house.reopen()
    assert (await lend(house, {"domain": "qa.base.test"})).status == 201
    answer = await lend(house, {"domain": "far.test"})
    assert (answer.status, answer.json["message"]) == (400, "Mail for far.test is not taken here.")


async def test_a_domain_of_an_account_is_for_its_runs_alone(house: WebHouse) -> None:
    ann, ben = await house.account("ann"), await house.account("ben")
    await house.domain("ann", Host("ann.test"))
    wanted = {"domain": "ann.test"}
    assert (await lend(house, wanted, key=ann)).status == 201
    assert (await lend(house, wanted, key=ben)).status == 403
    assert (await lend(house, wanted)).status == 401


async def test_what_reaches_any_of_its_addresses_hangs_on_it_and_goes_with_it(house: WebHouse) -> None:
    run = (await lend(house)).json
    own = f"{run['prefix']}sign-up@{run['domain']}"
    kept = [house.keep(inbox, CODE) for inbox in (run["addresses"][0], own)]
    other = house.keep("bob@base.test", CODE)
    assert (await house.get(f"/api/runs/{run['id']}")).json == run | {"messages": 2}
    listed = (await house.get(f"/api/runs/{run['id']}/messages")).json
    assert [one["_id"] for one in listed] == kept[::-1]
    assert (await wait(house, own, require="code")).json["codes"][0]["value"] == "482913"
    assert (await free(house, run["id"])).json == {"id": run["id"], "messages": 2}
    assert [one["_id"] for one in (await house.get("/api/messages")).json] == [other]


async def test_after_its_end_a_run_is_gone_for_who_asks_and_who_waits(house: WebHouse) -> None:
    run = (await lend(house)).json
    inbox, path = run["addresses"][0], f"/api/runs/{run['id']}"
    await free(house, run["id"])
    for answer in (
        await house.get(path),
        await house.get(f"{path}/messages"),
        await house.get(f"{path}/bundle"),
        await free(house, run["id"]),
        await wait(house, inbox),
        await house.get(f"/api/addresses/{inbox}/quiet?for=0"),
    ):
        assert (answer.status, answer.json["status"]) == (410, 410)
        assert answer.json["message"] == "This run is over: it was freed, or its time had come."


async def test_who_waits_is_told_at_once_that_the_run_is_freed(house: WebHouse) -> None:
    run = (await lend(house)).json
    asked = asyncio.create_task(wait(house, run["addresses"][0], timeout="60"))
    await asyncio.sleep(0.3)
    await free(house, run["id"])
    async with asyncio.timeout(1):
        assert (await asked).status == 410


async def test_nobody_reserves_an_address_of_a_run(house: WebHouse) -> None:
    """It was removed with the run, private as it was."""
    ann, ben = await house.account("ann"), await house.account("ben")
    for run, key in (((await lend(house)).json, ben), ((await lend(house, key=ann)).json, ann)):
        own = f"{run['prefix']}mine@{run['domain']}"
        assert (await house.ask("POST", f"/api/addresses/{own}", by(key))).status == 401
        available = await house.get(f"/api/addresses/{own}/availability", mailsac_key=key)
        assert available.json["available"] is False


async def test_what_could_not_be_removed_at_its_end_goes_soon_after(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stayed for a quarter of an hour, and nobody could remove it."""
    run = (await lend(house)).json
    house.keep(run["addresses"][0], CODE)

    async def away(*_: object, **__: object) -> int:
        raise UnavailableError("away")

    with monkeypatch.context() as patched:
        patched.setattr(house.mailbox, "clear", away)
        assert (await free(house, run["id"])).status == 503
    assert (await free(house, run["id"])).status == 410
    returning = Returning(house.runs.runs, house.mailbox, house.clock)
    assert await returning.round() == 1
    assert await returning.round() == 0
    assert (await house.get("/api/messages")).json == []


async def test_a_run_shows_and_ends_no_more_than_the_operator_allows(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules(local=True, reads="latest", deletes="none"))
    run = (await lend(house)).json
    kept = [house.keep(inbox, CODE) for inbox in (*run["addresses"][:2], run["addresses"][0])]
    listed = (await house.get(f"/api/runs/{run['id']}/messages")).json
    assert [one["_id"] for one in listed] == kept[:0:-1]
    assert (await free(house, run["id"])).status == 403


async def test_a_list_of_large_runs_keeps_nobody_waiting(house: WebHouse) -> None:
    """A hundred thousand addresses were made anew for each list: for seconds nobody was answered."""
    ann = await house.account("ann")
    for _ in range(100):
        await lend(house, {"addresses": MOST_ADDRESSES}, key=ann)
    begun = time.monotonic()
    listed = (await house.get("/api/runs", mailsac_key=ann)).json
    assert time.monotonic() - begun < 1
    assert len(listed) == 100
    assert not any("addresses" in run for run in listed)


@pytest.mark.parametrize(("most", "statuses"), [(1, (201, 503)), (2, (201, 201))])
async def test_all_who_have_no_account_have_no_more_runs_than_they_may(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch, most: int, statuses: tuple[int, int]
) -> None:
    monkeypatch.setattr(runs, "MOST_OF_NOBODY", most)
    ann = await house.account("ann")
    assert ((await lend(house)).status, (await lend(house)).status) == statuses
    assert (await lend(house, key=ann)).status == 201


async def test_a_run_is_exported_once_at_a_time_and_not_too_many_together(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [(await lend(house)).json["id"] for _ in range(bundling.AT_ONCE + 1)]
    gate = asyncio.Event()
    whole = house.mailbox.inboxes

    async def held(beginning: str, host: Host, *, limit: int) -> Sequence[Inbox]:
        await gate.wait()
        return await whole(beginning, host, limit=limit)

    monkeypatch.setattr(house.mailbox, "inboxes", held)
    asked = [asyncio.create_task(house.get(f"/api/runs/{run}/bundle")) for run in made[:-1]]
    await asyncio.sleep(0.3)
    refused = [await house.get(f"/api/runs/{run}/bundle") for run in (made[0], made[-1])]
    assert [(one.status, one.json["message"]) for one in refused] == [
        (409, bundling.BEING_EXPORTED),
        (409, bundling.OTHERS_EXPORTED),
    ]
    gate.set()
    assert {answer.status for answer in await asyncio.gather(*asked)} == {200}
    assert (await house.get(f"/api/runs/{made[-1]}/bundle")).status == 200, "those are over"


async def test_a_wait_that_was_left_is_told_in_the_bundle(house: WebHouse) -> None:
    run = (await lend(house)).json
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    path = f"/api/addresses/{run['addresses'][0]}/wait?timeout=60"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n\r\n".encode())
    await asyncio.sleep(0.3)
    writer.close()
    await asyncio.sleep(0.3)
    del reader
    answer = await house.get(f"/api/runs/{run['id']}/bundle")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as bundle:
        told = json.loads(bundle.read("waits.json"))
    assert [(one["kind"], one["found"], one["near"]) for one in told] == [("wait", None, None)]


async def test_a_run_ends_by_itself(house: WebHouse) -> None:
    run = (await lend(house, {"ttl": SHORTEST})).json
    house.clock.time += SHORTEST * 1000 - 1
    assert (await house.get(f"/api/runs/{run['id']}")).status == 200
    house.clock.time += 1
    assert (await house.get(f"/api/runs/{run['id']}")).status == 410
    assert (await wait(house, run["addresses"][0])).status == 410


@pytest.mark.parametrize("run", ["x", f"r_{'z' * 40}", f"r_{'a' * 39}", f"r_{'a' * 41}", "../me"])
async def test_a_run_that_there_is_not_is_not_found(house: WebHouse, run: str) -> None:
    assert (await house.get(f"/api/runs/{run.replace('/', '%2F')}")).status == 404


async def test_a_run_of_an_account_is_nobody_elses_and_late_mail_neither(house: WebHouse) -> None:
    ann, ben = await house.account("ann"), await house.account("ben")
    run = (await lend(house, key=ann)).json
    assert run["private"] is True
    inbox, path = run["addresses"][0], f"/api/runs/{run['id']}"
    house.keep(inbox, CODE)
    assert (await house.get(f"{path}/messages", mailsac_key=ann)).json[0]["inbox"] == inbox
    for key in ("", ben):
        headers = {"mailsac_key": key} if key else {}
        assert (await house.get(path, **headers)).status == 404
        assert (await free(house, run["id"], key)).status == 404
        assert (await house.get(f"/api/addresses/{inbox}/messages", **headers)).status in {401, 403}
    assert (await house.get("/api/messages", mailsac_key=ben)).json == []
    reserved = await house.ask("POST", f"/api/addresses/{run['prefix']}new@base.test", by(ben))
    assert reserved.status == 401
    assert (await free(house, run["id"], ann)).json["messages"] == 1
    house.keep(inbox, CODE)
    assert (await house.get("/api/messages", mailsac_key=ben)).json == []
    assert (await house.get("/api/messages")).json == []


async def test_an_account_lists_its_runs_that_are_not_over(house: WebHouse) -> None:
    ann = await house.account("ann")
    first = (await lend(house, {"ttl": SHORTEST}, key=ann)).json
    house.clock.time += 1
    second, third = [(await lend(house, key=ann)).json for _ in range(2)]
    await free(house, third["id"], ann)
    await lend(house)
    listed = (await house.get("/api/runs", mailsac_key=ann)).json
    for run in (first, second):
        del run["addresses"]
    assert listed == [second, first]
    house.clock.time += SHORTEST * 1000
    assert (await house.get("/api/runs", mailsac_key=ann)).json == [second]
    assert (await house.get("/api/runs")).status == 401


async def test_one_network_has_no_more_runs_than_it_may(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST", 2)
    ann = await house.account("ann")
    for status in (201, 201, 400):
        assert (await lend(house)).status == status
    assert (await lend(house, key=ann)).status == 201, "accounts are counted by themselves"


async def test_where_guests_may_not_read_they_have_no_runs(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules(reads="none"))
    assert (await lend(house)).status == 401
    house = await furnish(AnonymousRules(key_required=True))
    assert (await lend(house)).status == 401


async def test_a_bundle_has_mail_digests_waits_and_transcripts(house: WebHouse) -> None:
    run = (await lend(house, {"name": "ci"})).json
    inbox = run["addresses"][0]
    message = house.keep(inbox, CODE)
    await wait(house, inbox, require="code")
    await wait(house, run["addresses"][1], subject="invoice")
    for place, reply in (
        (inbox, "450 4.2.1 No"),
        (inbox, "550 5.7.1 No"),
        ("bob@base.test", "550 5.7.1 Else"),
    ):
        house.refuse(place, reply=reply)
    house.refuse(inbox, reply="550 5.7.1 Would have been", acted=False)
    answer = await house.get(f"/api/runs/{run['id']}/bundle")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{run["prefix"]}bundle.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.body)) as bundle:
        files = {name: bundle.read(name) for name in bundle.namelist()}
    assert set(files) == {
        "run.json",
        "waits.json",
        "transcripts.json",
        f"messages/{message}.eml",
        f"messages/{message}.json",
    }
    assert files[f"messages/{message}.eml"] == CODE
    assert json.loads(files[f"messages/{message}.json"])["codes"] == ["482913"]
    assert run["id"].encode() not in files["run.json"], "who is given the artifacts frees nothing"
    waits = json.loads(files["waits.json"])
    assert [(one["asked"], one["found"]) for one in waits] == [
        ([["require", "code"]], message),
        ([["subject", "invoice"]], None),
    ]
    said = json.loads(files["transcripts.json"])
    assert [one["reply"] for one in said["refused"]] == ["450 4.2.1 No", "550 5.7.1 No"]
    assert {one["mailFrom"] for one in said["refused"]} == {"@shop.test"}, "the run is nobody's"
    assert [one["id"] for one in said["accepted"]] == [message]


async def test_mail_that_was_refused_is_named_as_the_reason(house: WebHouse) -> None:
    house.refuse("bob@far.test", reply="550 5.7.1 Long ago", at=house.clock.now() - 61_000)
    house.refuse("bob@far.test", Rule.NOT_OURS, Action.REFUSE, reply="550 5.7.1 Not ours")
    house.refuse("bob@far.test", reply="550 5.7.1 Would have been", acted=False)
    house.refuse("eve@far.test", reply="550 5.7.1 Not hers")
    answer = await wait(house, "bob@far.test")
    assert [(one["recipient"], one["reply"]) for one in answer.json["refused"]] == [
        ("bob@far.test", "550 5.7.1 Not ours")
    ]
    assert "Mail for this address was refused: 550 5.7.1 Not ours." in answer.json["message"]
    told = {name: answer.json["refused"][0][name] for name in ("action", "rule", "code")}
    assert told == {"action": "refuse", "rule": "not ours", "code": "00c0ffee00"}


async def test_an_erased_accounts_runs_are_nobodys_to_read(house: WebHouse) -> None:
    ann, ben = await house.account("ann"), await house.account("ben")
    run = (await lend(house, key=ann)).json
    house.keep(run["addresses"][0], CODE)
    await house.accounts.remove(AccountName("ann"))
    assert (await house.get("/api/messages", mailsac_key=ben)).json == []
