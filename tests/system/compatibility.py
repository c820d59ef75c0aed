"""`python -m system.compatibility`: writes docs/api/compatibility.md, operation by operation.

What there is comes from the routes that serve, who has tried it from the calls of the official clients in
`test_official_clients`; only the differences are written by hand, here.
"""

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Final

from mailweir.servers.web.reference import description

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "api" / "compatibility.md"
TYPESCRIPT, PYTHON = "`@mailsac/api` 1.0.8", "`pymailsac` 0.1.4"
BY_PYTHON: Final = {
    "ListAddresses",
    "ListMessages",
    "GetMessageMetadata",
    "GetBodyPlainText",
    "DeleteMessage",
    "DeleteAllMessages",
}
NOT_THEIRS: Final = {
    "CreateDomain": "claims a domain; the original has no such route",
    "VerifyDomain": "asks the DNS now",
    "DeleteDomain": "gives a domain back; 409 as long as private mail would become public",
    "SetDomainPrivacy": "the original's specification has the path, and no method for it",
    "DeleteAllDomainMessagesByPut": "as some guides of the original have it",
    "ListAllMessages": "*all mail*",
    "ShareMessage": "a link that shows one message to whoever has it",
    "ExportAccount": "everything that is the account's, as a ZIP archive",
    "EraseAccount": "erases the account with its private mail; `confirm` is its name",
    "DropMessage": "keeps a message, as if it had come by SMTP",
    "GetHeadersLegacy": "the original's older path of GetHeaders",
    "SetMessageLabels": "the way of the original's older clients",
    "StreamMessages": "server-sent events of one inbox",
    "StreamAllMessages": "server-sent events of all mail",
    "IsAlive": "whether the server runs",
    "IsReady": "whether it should be sent requests",
}
DIFFERENCES: Final[Mapping[str, str]] = {
    "CreateAddress": "`forward`, `webhook` and `webhookSlack` are refused with 400 until they are there; "
    "`keepDays` and `keepMessages` are ours",
    "UpdateAddress": "as CreateAddress",
    "UpdateAddressLegacy": "as CreateAddress",
    "GetAddress": "`encryptedInbox` keeps the host, and is null for more than 30 octets before the @",
    "ListDomainMessages": "messages in full, with `_id`",
    "GetBodyDirty": "has headers that keep a browser from running or fetching anything",
    "GetBodySanitized": "as GetBodyDirty",
    "ListMessageAttachments": "an array, as the original really answers, and not one object",
    "DownloadAttachment": "always `application/octet-stream` with `Content-Disposition: attachment`",
    "ListInboxMessages": "messages in full; those in `spam` and `trash` are left out",
    "FilterInboxMessages": "looks through the newest 5,000 messages",
    "SearchInboxMessages": "looks through the newest 5,000 messages; an empty query finds nothing",
    "ListPublicAttachments": "counts the newest 10,000 public messages, twice a minute",
    "CountPublicAttachments": "as ListPublicAttachments",
    "ListMessagesForAttachment": "an array of messages in full; counted as ListPublicAttachments",
    "DownloadPublicAttachment": "always `application/octet-stream`",
    "ListTopPublicAddresses": "an array; counted as ListPublicAttachments; the dates may be left out",
    "ListTopPublicSenders": "as ListTopPublicAddresses",
    "ListTopPublicDomains": "as ListTopPublicAddresses",
    "Denylist": "domains and networks, 10,000 at the most",
    "CheckDenylist": "of addresses, too; false for what is none of these",
    "User": "what has to do with billing is missing; `plan` is ours",
    "AccountStats": "`lastMonthOps` is 0: only this month's operations are counted (`/api/me`)",
    "ValidateAddress": "`validFormat` and `isValidFormat` both; no aliases yet",
    "ValidateAddressesBulk": "as ValidateAddress",
    "CountMessages": "of a catch-all address, of the newest 100,000 messages at its domain",
    "ListMessages": "more: `seq`, `digest`, `snippet`, `codes`, `actions`, `spamScore`; `spam` is 0 or 1",
}
_HEAD: Final = """# Compatibility with Mailsac's API

Written by `make documents`; do not edit. Tests that speak this API switch over by their client's base URL:

```
new Mailsac({{ baseURL: "http://127.0.0.1:8025/api", headers: {{ "Mailsac-Key": key }} }})
MailsacClient(api_key=key, base_url="http://127.0.0.1:8025/api")
```

Both clients run every method that they have, unchanged, against a real server in `make test`: {methods}
methods of {typescript}, {python_methods} of {python}.

Statuses, shapes and the three ways to send a key are the original's. Without a key public inboxes can be
read, as far as the operator allows. A quota is answered 429 with `Retry-After` and `X-RateLimit-Limit`,
`-Remaining` and `-Reset`.

| operation | request | tried by | what differs |
| --- | --- | --- | --- |
"""
_FOOT: Final = """
Not there yet: `POST /api/outgoing-messages` and all that forwards, sends or calls a webhook;
sessions by cookie (`/api/auth/…`).
"""


def operations() -> Iterator[tuple[str, str]]:
    """Each operation's id, and its method and path."""
    document: Any = json.loads(description("0"))
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], f"{method.upper()} {path}"


def markdown(called: AbstractSet[str]) -> str:
    """The document; `called` are the methods of the official client that were called."""
    lines: list[str] = []
    for name, request in sorted(operations()):
        method = name[:1].lower() + name[1:]
        tried = [TYPESCRIPT] if method in called else []
        tried += [PYTHON] if name in BY_PYTHON else []
        remark = NOT_THEIRS.get(name)
        note = f"ours: {remark}" if remark else DIFFERENCES.get(name, "")
        lines.append(f"| {name} | `{request}` | {', '.join(tried)} | {note} |\n")
    head = _HEAD.format(
        methods=len(called), typescript=TYPESCRIPT, python_methods=len(BY_PYTHON), python=PYTHON
    )
    return head + "".join(lines) + _FOOT


def main() -> None:
    """Writes the document."""
    from system.test_official_clients import called  # noqa: PLC0415  which needs the clients

    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(markdown(called()))


if __name__ == "__main__":
    main()
