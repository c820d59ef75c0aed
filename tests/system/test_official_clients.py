"""The original's own client and the one for Python, unchanged but for the base URL, against a real server.

Every method that the clients have is called here; none is forgotten.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Final, cast

import pytest
from pymailsac import MailsacClient

from fakes.server import Server, a_server, environment
from system.compatibility import BY_PYTHON, DIFFERENCES, DOCUMENT, NOT_THEIRS, markdown, operations

NODE: Final = Path(__file__).parents[1] / "node"
KEY: Final = "k_" + "officialclients" * 2
QA: Final = "qa.thing.test"
FILE: Final = hashlib.md5(b"file", usedforsecurity=False).hexdigest()
ALWAYS: Final = {"startDate": "2020-01-01T00:00:00.000Z", "endDate": "2040-01-01T00:00:00.000Z"}
BOB, CARL, PRIVATE = "bob@thing.test", "carl@public.test", "a.signup@thing.test"
MAIL: Final = (
    b"From: Ann <ann@sender.test>\r\nTo: bob@thing.test\r\nSubject: Your code is 482913\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>Your code is <b>482913</b>.</p>\r\n"
    b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n--b--\r\n"
)
DOCUMENTATION_ONLY: Final = {
    ("webSockets", "doNotUseWebSocketDocsOnly"),
    ("webhooks", "doNotUseWebhookDocsOnly"),
}
Call = tuple[str, str, list[object]]
Part = str | Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
"""What an answer must hold: a text, some values of an object, or of those of a list."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("official") / "data"
    with a_server(data, "--bootstrap-account=ann", f"--bootstrap-key={KEY}") as running:
        vouch = [
            sys.executable,
            "-m",
            "mailweir",
            "domain",
            "add",
            "ann",
            QA,
            "--verified",
            "--data",
            str(data),
        ]
        subprocess.run(vouch, check=True, timeout=60, env=environment())
        yield running


def node(script: str, *words: str, text: str = "") -> Any:  # noqa: ANN401  JSON is what it is
    ended = subprocess.run(
        ["node", script, *words],
        cwd=NODE,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def ask(server: Server, *calls: Call) -> Sequence[dict[str, Any]]:
    return node("official.mjs", f"http://{server.http}/api", KEY, text=json.dumps(calls))


def kept(server: Server, inbox: str) -> str:
    """A message there that was read; its id."""
    found = server.api.drop(inbox, MAIL)
    server.api.digested(inbox, 1)
    return found


def test_every_method_of_the_official_client_is_called(server: Server) -> None:
    del server  # what it calls is known without one, and the client is installed with it
    methods = {(group, method) for group, method in node("methods.mjs")}
    called = {(group, method) for group, method, *_ in calls(PRIVATE, "q-0")}
    assert called | DOCUMENTATION_ONLY == methods


def called() -> AbstractSet[str]:
    """The methods of the official client that are called below."""
    return {method for _, method, *_ in calls(PRIVATE, "q-0")}


def test_the_table_of_compatibility_says_what_there_is() -> None:
    assert DOCUMENT.read_text() == markdown(called()), "make documents"
    known = {name for name, _ in operations()}
    assert known >= DIFFERENCES.keys() | NOT_THEIRS.keys() | BY_PYTHON


def calls(inbox: str, message: str) -> Iterator[tuple[str, str, list[object], Part]]:
    """Each method with its parameters, and what its answer must hold."""
    yield "account", "user", [], {"_id": "ann"}
    yield "addresses", "checkAvailability", [inbox], {"available": True, "owned": False}
    yield "addresses", "createAddress", [inbox, {"info": "sign-up"}], {"owner": "ann", "info": "sign-up"}
    yield "addresses", "getAddress", [inbox], {"_id": inbox, "owner": "ann"}
    yield "addresses", "listAddresses", [], [{"_id": inbox}]
    yield "addresses", "updateAddress", [inbox, {"info": "sign-in"}], {"info": "sign-in"}
    yield "addresses", "createAddresses", [{"addresses": ["x@thing.test"]}], [{"_id": "x@thing.test"}]
    yield "messages", "countMessages", [inbox], {"count": 1, "inbox": inbox}
    yield "messages", "listMessages", [inbox, {"limit": 5}], [{"_id": message, "savedBy": None}]
    yield "messages", "getMessageMetadata", [inbox, message], {"subject": "Your code is 482913"}
    yield "messages", "getFullRawMessage", [inbox, message, {}], "Subject: Your code is 482913"
    yield "messages", "getHeaders", [inbox, message, {}], {"subject": ["Your code is 482913"]}
    yield "messages", "getBodyDirty", [inbox, message, {}], "<b>482913</b>"
    yield "messages", "getBodySanitized", [inbox, message, {}], "482913"
    yield "messages", "getBodyPlainText", [inbox, message, {}], "Your code is 482913."
    yield "attachments", "listMessageAttachments", [inbox, message], [{"fileName": "a.txt", "length": 4}]
    yield "attachments", "downloadAttachment", [inbox, message, "a.txt"], None
    yield "messages", "toggleMessageStar", [inbox, message], {"savedBy": "ann"}
    yield "messages", "listStarredMessages", [], [{"_id": message}]
    yield "messages", "addMessageLabel", [inbox, message, "sign up"], {"labels": ["sign up"]}
    yield "messages", "deleteMessageLabel", [inbox, message, "sign up"], {"labels": []}
    yield "messages", "setMessageFolder", [inbox, message, "trash"], {"folder": "trash"}
    yield "messages", "setMessageReadStatus", [inbox, message, True], {"read": True}
    yield "emailValidation", "validateAddress", ["a@mailinator.com"], {"isDisposable": True}
    yield "emailValidation", "validateAddressesBulk", [{"emails": ["no address"]}], [{"validFormat": False}]
    yield "messages", "listInboxMessages", [{"limit": 5}], {"unread": 1, "limit": 5, "skip": 0}
    yield "messages", "filterInboxMessages", [{"andSubjectIncludes": "code"}], {"messages": [{"domain": QA}]}
    found = {"query": "code", "messages": [{"domain": QA}]}
    yield "messages", "searchInboxMessages", [{"query": "code"}], found
    yield "account", "accountStats", [{}], {"starredMessages": 1, "defaultDomain": QA}
    yield "domains", "listDomains", [], [{"_id": QA, "verified": True}]
    yield "domains", "getDomain", [QA], {"totalMessages": 1, "catchAllAddress": None}
    yield "messages", "listDomainMessages", [QA, {"limit": 5}], [{"domain": QA}]
    yield "messages", "deleteAllDomainMessages", [QA], None
    yield "attachments", "listPublicAttachments", [ALWAYS], [{"_id": FILE, "n": 1}]
    yield "attachments", "countPublicAttachments", [FILE], {"n": 1}
    yield "attachments", "listMessagesForAttachment", [FILE], [{"inbox": CARL}]
    yield "attachments", "downloadPublicAttachment", [FILE], "file"
    yield "messageStats", "listTopPublicAddresses", [ALWAYS], [{"_id": CARL, "n": 1}]
    yield "messageStats", "listTopPublicSenders", [ALWAYS], [{"_id": "ann@sender.test", "n": 1}]
    yield "messageStats", "listTopPublicDomains", [ALWAYS], [{"_id": "public.test", "n": 1}]
    yield "messageStats", "denylist", [], []
    yield "messageStats", "checkDenylist", ["192.0.2.1"], {"blacklisted": False}
    yield "messages", "deleteMessage", [inbox, message], {"message": "Message was deleted."}
    yield "messages", "deleteAllMessages", [inbox, {}], None
    yield "addresses", "deleteAddress", [inbox, {"deleteAddressMessages": True}], {"_id": inbox}


def test_the_official_client_runs_all_its_methods(server: Server) -> None:
    message = kept(server, PRIVATE)
    kept(server, CARL)
    server.api.drop(f"any@{QA}", MAIL)
    wanted = list(calls(PRIVATE, message))
    answers = ask(server, *[(group, method, parameters) for group, method, parameters, _ in wanted])
    for (_, method, _, part), answer in zip(wanted, answers, strict=True):
        status = 204 if method in {"deleteAllMessages", "deleteAllDomainMessages"} else 200
        assert answer["status"] == status, (method, answer)
        assert holds(answer["data"], part), (method, part, answer["data"])
    (refused,) = ask(server, ("messages", "getMessageMetadata", [PRIVATE, message]))
    assert refused["status"] == 404


def test_the_official_client_reads_all_of_a_domain_by_one_address(server: Server) -> None:
    everything, reserved, made_up = (f"{local}@{QA}" for local in ("*", "reserved", "made-up"))
    kept_of = [server.api.drop(to, MAIL) for to in (reserved, made_up)]
    *answers, _, _, _ = ask(
        server,
        ("addresses", "createAddress", [reserved]),
        ("addresses", "createAddress", [everything]),
        ("domains", "getDomain", [QA]),
        ("messages", "listMessages", [everything]),
        ("messages", "countMessages", [everything]),
        ("messages", "getFullRawMessage", [everything, kept_of[1]]),
        ("addresses", "deleteAddress", [everything, {"deleteAddressMessages": True}]),
        ("messages", "listDomainMessages", [QA]),
        ("messages", "deleteAllDomainMessages", [QA]),
        ("addresses", "deleteAddress", [reserved]),
        ("account", "user", []),
    )
    _, made, domain, listed, counted, raw, gone, left = (answer["data"] for answer in answers)
    assert (made["_id"], made["catchAll"]) == (everything, QA)
    assert domain["catchAllAddress"] == gone == made
    assert [(one["_id"], one["inbox"]) for one in listed] == [(kept_of[1], made_up)]
    assert (counted["count"], "Subject: Your code is 482913" in raw) == (1, True)
    assert [one["_id"] for one in left] == [kept_of[0]]


def holds(data: Any, part: Part) -> bool:  # noqa: ANN401  JSON is what it is
    """Whether an answer has these values, or this text in it."""
    if part is None:
        return True
    if isinstance(part, str):
        return part in data
    if isinstance(part, Mapping):
        return all(
            holds(data[name], cast("Part", value)) if isinstance(value, list) else data.get(name) == value
            for name, value in part.items()
        )
    return len(data) >= len(part) and all(holds(a, b) for a, b in zip(data, part, strict=False))


def test_the_client_for_python_runs_all_its_methods(server: Server) -> None:
    client = MailsacClient(api_key=KEY, base_url=f"http://{server.http}/api")
    message = kept(server, BOB)
    assert client.check_health()
    (listed,) = client.get_messages(BOB)
    assert (listed.id, listed.subject) == (message, "Your code is 482913")
    assert client.get_message(BOB, message).id == message
    assert "482913" in client.get_message_plain_text(BOB, message)
    assert client.delete_message(BOB, message)
    server.api.post(f"/api/addresses/{BOB}?_mailsacKey={KEY}")
    kept_again = server.api.drop(BOB, MAIL)
    client.delete_messages(BOB)
    assert server.api.get(f"/api/raw/{BOB}/{kept_again}?_mailsacKey={KEY}").status == 404
