"""The listener, health, and the API's description."""

import asyncio
import json
import re

import pytest

from fakes.web_house import WebHouse
from mailweir.servers.web.places import Places


async def test_a_live_process_says_ok(house: WebHouse) -> None:
    answer = await house.get("/livez")
    assert (answer.status, answer.text) == (200, "ok")


async def test_readiness_gives_the_reasons_against_it(house: WebHouse) -> None:
    assert (await house.get("/readyz")).json == {"ready": True, "reasons": []}
    house.reasons.append("the store's last write was not synced")
    answer = await house.get("/readyz")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json["reasons"] == ["the store's last write was not synced"]
    assert answer.json["message"] == "Not ready: the store's last write was not synced."


async def test_the_description_names_the_real_operations(house: WebHouse) -> None:
    document = (await house.get("/openapi.json")).json
    assert document["openapi"].startswith("3.")
    found = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert found == {
        ("GET", "/api/messages"),
        ("GET", "/api/addresses/{email}/messages"),
        ("POST", "/api/addresses/{email}/messages"),
        ("GET", "/api/addresses/{email}/messages/{message_id}"),
        ("DELETE", "/api/addresses/{email}/messages/{message_id}"),
        ("GET", "/api/raw/{email}/{message_id}"),
        ("GET", "/api/addresses/{email}/message-count"),
        ("DELETE", "/api/addresses/{email}/messages"),
        ("GET", "/api/addresses/{email}/messages/{message_id}/headers"),
        ("GET", "/api/addresses/{email}/messages/{message_id}/attachments"),
        ("GET", "/api/addresses/{email}/messages/{message_id}/attachments/{identifier}"),
        ("GET", "/api/addresses/{email}/events"),
        ("GET", "/api/events"),
        ("GET", "/api/addresses/{email}/wait"),
        ("GET", "/api/addresses/{email}/quiet"),
        ("GET", "/api/headers/{email}/{message_id}"),
        ("GET", "/api/text/{email}/{message_id}"),
        ("GET", "/api/body/{email}/{message_id}"),
        ("GET", "/api/dirty/{email}/{message_id}"),
        ("GET", "/api/addresses"),
        ("GET", "/api/addresses/{email}"),
        ("POST", "/api/addresses/{email}"),
        ("PUT", "/api/addresses/{email}"),
        ("DELETE", "/api/addresses/{email}"),
        ("GET", "/api/addresses/{email}/availability"),
        ("PUT", "/api/private-address-forwarding/{email}"),
        ("POST", "/api/private-addresses-bulk"),
        ("GET", "/api/me"),
        ("GET", "/api/account/keys"),
        ("POST", "/api/account/keys"),
        ("DELETE", "/api/account/keys/{key_name}"),
        ("GET", "/api/account/users"),
        ("POST", "/api/account/users"),
        ("PUT", "/api/account/users/{user}"),
        ("DELETE", "/api/account/users/{user}"),
        ("POST", "/api/account/users/{user}/reset"),
        ("DELETE", "/api/account/users/{user}/codes"),
        ("GET", "/api/account/sessions"),
        ("DELETE", "/api/account/sessions/{session}"),
        ("GET", "/api/account/journal"),
        ("GET", "/api/account/export"),
        ("DELETE", "/api/account"),
        ("GET", "/api/addresses/starred/messages"),
        ("PUT", "/api/addresses/{email}/messages/{message_id}/star"),
        ("POST", "/api/addresses/{email}/messages/{message_id}/share"),
        ("PUT", "/api/addresses/{email}/messages/{message_id}/labels"),
        ("PUT", "/api/addresses/{email}/messages/{message_id}/labels/{label}"),
        ("DELETE", "/api/addresses/{email}/messages/{message_id}/labels/{label}"),
        ("PUT", "/api/addresses/{email}/messages/{message_id}/folder/{folder}"),
        ("PUT", "/api/addresses/{email}/messages/{message_id}/read/{read}"),
        ("GET", "/api/me/stats"),
        ("GET", "/api/inbox"),
        ("GET", "/api/inbox-filter"),
        ("GET", "/api/inbox-search"),
        ("GET", "/api/domains"),
        ("GET", "/api/domains/{domain_name}"),
        ("POST", "/api/domains/{domain_name}"),
        ("DELETE", "/api/domains/{domain_name}"),
        ("POST", "/api/domains/{domain_name}/verify"),
        ("PUT", "/api/domains/{domain_name}/privacy/{private}"),
        ("GET", "/api/domains/{domain_name}/messages"),
        ("POST", "/api/domains/{domain_name}/delete-all-domain-mail"),
        ("PUT", "/api/domains/{domain_name}/delete-all-domain-mail"),
        ("GET", "/api/mailstats/common-attachments"),
        ("GET", "/api/mailstats/common-attachments/{md5}"),
        ("GET", "/api/mailstats/common-attachments/{md5}/count"),
        ("GET", "/api/mailstats/common-attachments/{md5}/download"),
        ("GET", "/api/mailstats/top-addresses"),
        ("GET", "/api/mailstats/top-senders"),
        ("GET", "/api/mailstats/top-domains"),
        ("GET", "/api/mailstats/blacklist"),
        ("GET", "/api/mailstats/blacklist/{listed}"),
        ("GET", "/api/validations/addresses/{email}"),
        ("POST", "/api/validations/addresses"),
        ("GET", "/api/deliveries"),
        ("GET", "/api/runs"),
        ("POST", "/api/runs"),
        ("GET", "/api/runs/{run_id}"),
        ("DELETE", "/api/runs/{run_id}"),
        ("GET", "/api/runs/{run_id}/messages"),
        ("GET", "/api/runs/{run_id}/bundle"),
        ("GET", "/livez"),
        ("GET", "/readyz"),
    }
    post = document["paths"]["/api/addresses/{email}/messages"]["post"]
    assert list(post["requestBody"]["content"]) == ["message/rfc822"]
    assert "201" in post["responses"]
    schema = document["components"]["schemas"]["EmailMessage"]
    assert {"_id", "from", "savedBy", "spamScore"} <= set(schema["properties"])


async def test_every_reference_in_the_description_leads_somewhere(house: WebHouse) -> None:
    answer = await house.get("/openapi.json")
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', answer.text):
        target = answer.json
        for step in reference.split("/"):
            target = target[step]


async def test_the_docs_page_lists_every_operation(house: WebHouse) -> None:
    document = (await house.get("/openapi.json")).json
    page = (await house.get("/docs")).text
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page


async def test_a_connection_is_kept_for_the_next_request(house: WebHouse) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    for _ in range(3):
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert json.loads(await reader.readexactly(length))["ready"] is True
    writer.close()


async def test_one_connection_too_many_is_answered_503() -> None:
    house = WebHouse()
    await house.open(places=Places(1))
    reached, go_on = house.mailbox.hold()
    running = asyncio.create_task(house.get("/api/messages"))
    await reached.wait()
    answer = await house.get("/livez")
    assert (answer.status, answer.json["status"]) == (503, 503)
    go_on.set()
    assert (await running).status == 200
    await house.server.drain(1)


async def test_a_drain_lets_running_requests_end_and_takes_no_more() -> None:
    house = WebHouse()
    await house.open()
    reached, go_on = house.mailbox.hold()
    running = asyncio.create_task(house.get("/api/messages"))
    await reached.wait()
    draining = asyncio.create_task(house.server.drain(5))
    await asyncio.sleep(0)
    go_on.set()
    assert (await running).status == 200
    await draining
    with pytest.raises(ConnectionRefusedError):
        await house.get("/livez")


async def test_a_drain_ends_what_does_not_end() -> None:
    house = WebHouse()
    await house.open()
    reached, _ = house.mailbox.hold()
    running = asyncio.create_task(house.get("/api/messages"))
    await reached.wait()
    async with asyncio.timeout(3):
        await house.server.drain(0.05)
    with pytest.raises((OSError, EOFError)):
        await running
