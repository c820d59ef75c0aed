"""The original's own client and the one for Python, unchanged but for the base URL, against a real server.

Every method that the clients have is either called here or stands in NOT_YET; none is forgotten.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from pymailsac import MailsacClient

from fakes.server import Server, a_server

NODE: Final = Path(__file__).parents[1] / "node"
KEY: Final = "k_" + "officialclients" * 2
BOB, PRIVATE = "bob@thing.test", "a.signup@thing.test"
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
NOT_YET: Final = {
    ("account", "accountStats"),
    ("attachments", "countPublicAttachments"),
    ("attachments", "downloadPublicAttachment"),
    ("attachments", "listMessagesForAttachment"),
    ("attachments", "listPublicAttachments"),
    ("domains", "getDomain"),
    ("domains", "listDomains"),
    ("messageStats", "checkDenylist"),
    ("messageStats", "denylist"),
    ("messageStats", "listTopPublicAddresses"),
    ("messageStats", "listTopPublicDomains"),
    ("messageStats", "listTopPublicSenders"),
    ("messages", "deleteAllDomainMessages"),
    ("messages", "filterInboxMessages"),
    ("messages", "listDomainMessages"),
    ("messages", "listInboxMessages"),
    ("messages", "searchInboxMessages"),
}
Call = tuple[str, str, list[object]]
Part = str | Mapping[str, object] | Sequence[Mapping[str, object]] | None
"""What an answer must hold: a text, some values of an object, or of those of a list."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("official") / "data"
    with a_server(data, "--bootstrap-account=ann", f"--bootstrap-key={KEY}") as running:
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


def test_every_method_of_the_official_client_is_called_or_told_to_be_missing(server: Server) -> None:
    methods = {(group, method) for group, method in node("methods.mjs")}
    called = {(group, method) for group, method, *_ in calls(PRIVATE, "q-0")}
    assert called | NOT_YET | DOCUMENTATION_ONLY == methods
    assert not called & NOT_YET
    for group, method in sorted(NOT_YET):
        (answer,) = ask(server, (group, method, [{}]))
        assert answer["status"] in {404, 405}, (method, answer)


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
    yield "messages", "deleteMessage", [inbox, message], {"message": "Message was deleted."}
    yield "messages", "deleteAllMessages", [inbox, {}], None
    yield "addresses", "deleteAddress", [inbox, {"deleteAddressMessages": True}], {"_id": inbox}


def test_the_official_client_runs_all_its_methods(server: Server) -> None:
    message = kept(server, PRIVATE)
    wanted = list(calls(PRIVATE, message))
    answers = ask(server, *[(group, method, parameters) for group, method, parameters, _ in wanted])
    for (_, method, _, part), answer in zip(wanted, answers, strict=True):
        status = 204 if method == "deleteAllMessages" else 200
        assert answer["status"] == status, (method, answer)
        assert holds(answer["data"], part), (method, part, answer["data"])
    (refused,) = ask(server, ("messages", "getMessageMetadata", [PRIVATE, message]))
    assert refused["status"] == 404


def holds(data: Any, part: Part) -> bool:  # noqa: ANN401  JSON is what it is
    """Whether an answer has these values, or this text in it."""
    if part is None:
        return True
    if isinstance(part, str):
        return part in data
    if isinstance(part, Mapping):
        return all(data.get(name) == value for name, value in part.items())
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
