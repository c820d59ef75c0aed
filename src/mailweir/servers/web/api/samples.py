"""An example of what each operation takes and answers, for the API's description.

They are values of the very types that the routes answer with, and tell of one account, `alice`, one domain
and one message. A test holds each against its schema and says which operation has none.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import structs

from mailweir.servers.web.api.account_data import Erased
from mailweir.servers.web.api.account_schema import (
    Availability,
    CurrentUser,
    CurrentUserStats,
    Domain,
    DomainDetail,
    EmailAddress,
    EmailAddressIntegrity,
)
from mailweir.servers.web.api.blocklist import Listed
from mailweir.servers.web.api.deliveries import DeliveryView
from mailweir.servers.web.api.people_schema import (
    EntryView,
    KeyView,
    NewKeyView,
    NewUserView,
    ResetView,
    SessionView,
    UserView,
)
from mailweir.servers.web.api.runs import FreedRun, RunDetail, RunHeader, RunView
from mailweir.servers.web.api.schema import (
    ActionView,
    AttachmentMeta,
    CodeView,
    Counted,
    Deleted,
    Dropped,
    EmailMessage,
    Foldered,
    FoundMessages,
    InboxPage,
    Labelled,
    NamedAddress,
    Noted,
    SearchedMessages,
)
from mailweir.servers.web.api.sharing import SharedMessage
from mailweir.servers.web.api.statistics import Frequency, Number
from mailweir.servers.web.api.wait_schema import (
    Awaited,
    Intake,
    Nearest,
    NothingCame,
    NotQuiet,
    Quiet,
    RefusedMail,
)
from mailweir.servers.web.health import Readiness

_ID: Final = "0mif8x3c1Zk4TqW9bLr7VnY2sHdJ6pGe-0"
_HOST: Final = "qa.thing.test"
_INBOX: Final = f"sign-up@{_HOST}"
_ACCOUNT: Final = "alice"
_MOMENT: Final = "2026-11-25T10:00:00.123Z"
_LINK: Final = "https://shop.test/verify?token=a1b2c3"
_SUBJECT: Final = "Your code is 482913"
_MD5: Final = "8c7dd922ad47494fc02c388e12c00eac"
_SENDER: Final = "ann@shop.test"

_MESSAGE: Final = EmailMessage(
    id=_ID,
    sender=[NamedAddress(_SENDER, "Ann")],
    to=[NamedAddress(_INBOX, "")],
    cc=[],
    bcc=[],
    subject=_SUBJECT,
    inbox=_INBOX,
    original_inbox=f"Sign-Up+1@{_HOST}",
    domain=_HOST,
    received=_MOMENT,
    size=1514,
    attachments=[_MD5],
    ip="192.0.2.1",
    via="192.0.2.25:25",
    rtls=True,
    links=[_LINK],
    seq=42,
    digest="done",
    snippet="Your code is 482913. It is good for ten minutes.",
    codes=[CodeView("482913", "subject", 0.99)],
    actions=[ActionView(_LINK, "Verify your address", "verify", 0.93)],
)
_STARRED: Final = structs.replace(_MESSAGE, saved_by=_ACCOUNT, labels=["new"], read=True)
_FILE: Final = AttachmentMeta(
    checksum=_MD5,
    sha256="3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80",
    content_disposition="attachment",
    content_id="",
    content_type="text/plain",
    file_name="a.txt",
    length=4,
    transfer_encoding="7bit",
)
_RUN: Final = RunView(
    id="r_4TqW9bLr7VnY2sHdJ6pGe0Zk1mif8x3cAbCdx7Qd",
    name="ci 4711",
    domain="mail.test",
    prefix="run-k3v9x2ab-",
    addresses=["run-k3v9x2ab-mfzwizlt@mail.test", "run-k3v9x2ab-oqqhi33s@mail.test"],
    created=_MOMENT,
    expires="2026-11-25T11:00:00.123Z",
    private=True,
)
_ADDRESS: Final = EmailAddress(
    id=_INBOX,
    owner=_ACCOUNT,
    info="for the sign-up tests",
    encrypted_inbox=f"inbox-{'mfzwizltoqqhi33sobxq'}@{_HOST}",
    created=_MOMENT,
    updated=_MOMENT,
)
_DOMAIN: Final = Domain(
    id=_HOST,
    owner=_ACCOUNT,
    created=_MOMENT,
    updated=_MOMENT,
    checked=_MOMENT,
    hosted=False,
    is_private=True,
    verification_txt="mailweir_4TqW9bLr7VnY2sHdJ6pGe0Zk",
    verified=True,
    verified_mx=True,
    mail_hosts=["mx.thing.test"],
    last_verification_errors="",
)
_LOOKED_AT: Final = EmailAddressIntegrity(
    email="any@throwaway.test",
    valid_format=True,
    is_valid_format=True,
    local="any",
    domain="throwaway.test",
    is_disposable=True,
    disposable_domains=["throwaway.test"],
)
_USER: Final = CurrentUser(
    id=_ACCOUNT,
    api_key_name="first",
    private_address_credits=99,
    private_domain=9,
    mo_api_count=17,
    api_monthly_limit=10_000,
    mo_api_disabled=0,
    plan="small",
    message_limit=1000,
)
_STATS: Final = CurrentUserStats(
    addresses=[_INBOX],
    domains=[_HOST],
    starred_messages=1,
    stored_messages=12,
    inbox_bytes=18_168,
    default_domain=_HOST,
)
_KEY: Final = KeyView(
    name="ci",
    hint="x7Qd",
    created=_MOMENT,
    used=None,
    expires=None,
    read_only=True,
    only=None,
    member=False,
)
_BOB: Final = UserView(
    name="bob",
    signs_in_as=f"{_ACCOUNT}/bob",
    role="member",
    can_elevate=False,
    mail=None,
    identity="bob@corp.test",
    has_password=True,
    one_time_codes=False,
    created=_MOMENT,
)
_CODE: Final = "1f0c9a2b7e"
_PUT_OFF: Final = f"451 4.7.1 Too many messages from the sender's domain; try again in 9 seconds [{_CODE}]"
_DELIVERY: Final = DeliveryView(
    at=_MOMENT,
    action="later",
    rule="sender domain",
    subject="shop.test",
    figures={"rate": 5.0, "burst": 100.0, "ahead": 8.2},
    seconds=9.0,
    code=_CODE,
    reply=_PUT_OFF,
    sender=_SENDER,
    ip="192.0.2.1",
    helo="mx.shop.test",
    to=_INBOX,
    acted=True,
)
_HEADERS: Final = {"from": f"Ann <{_SENDER}>", "to": _INBOX, "subject": _SUBJECT}

ANSWERS: Final[Mapping[str, object]] = {
    "ListAllMessages": [_MESSAGE],
    "ListMessages": [_MESSAGE],
    "ListDomainMessages": [_MESSAGE],
    "ListMessagesForAttachment": [_MESSAGE],
    "ListStarredMessages": [_STARRED],
    "GetMessageMetadata": _MESSAGE,
    "ToggleMessageStar": _STARRED,
    "WaitForMessage": Awaited(_MESSAGE, list(_MESSAGE.codes), [_LINK], list(_MESSAGE.actions)),
    "ExpectNoMessage": Quiet(quiet=True, seconds=5),
    "ListDeliveries": [_DELIVERY],
    "ListInboxMessages": InboxPage([_MESSAGE], unread=1, limit=30, skip=0),
    "FilterInboxMessages": FoundMessages([_MESSAGE]),
    "SearchInboxMessages": SearchedMessages("code", [_MESSAGE]),
    "CountMessages": Counted(1, _INBOX),
    "DropMessage": Dropped(_ID),
    "DeleteMessage": Deleted(_ID, _INBOX),
    "GetHeaders": {name: [value] for name, value in _HEADERS.items()},
    "GetHeadersLegacy": _HEADERS,
    "ListMessageAttachments": [_FILE],
    **dict.fromkeys(("AddMessageLabel", "SetMessageLabels"), Labelled(_ID, ["new"])),
    "DeleteMessageLabel": Labelled(_ID, []),
    "SetMessageFolder": Foldered(_ID, "trash"),
    "SetMessageReadStatus": Noted(_ID, read=True),
    "ListAddresses": [_ADDRESS],
    "CreateAddresses": [_ADDRESS],
    **dict.fromkeys(("GetAddress", "CreateAddress", "DeleteAddress"), _ADDRESS),
    **dict.fromkeys(("UpdateAddress", "UpdateAddressLegacy"), _ADDRESS),
    "CheckAvailability": Availability(available=False, email=_INBOX, owned=True),
    "ValidateAddress": _LOOKED_AT,
    "ValidateAddressesBulk": [_LOOKED_AT],
    "ListDomains": [_DOMAIN],
    "GetDomain": DomainDetail(_DOMAIN, 12),
    **dict.fromkeys(("CreateDomain", "VerifyDomain", "SetDomainPrivacy", "DeleteDomain"), _DOMAIN),
    "User": _USER,
    "AccountStats": _STATS,
    "ListPublicAttachments": [Frequency(_MD5, 7)],
    "CountPublicAttachments": Number(7),
    "ListTopPublicAddresses": [Frequency("any@thing.test", 12)],
    "ListTopPublicSenders": [Frequency(_SENDER, 12)],
    "ListTopPublicDomains": [Frequency("thing.test", 12)],
    "Denylist": ["192.0.2.0/24", "spam.example"],
    "CheckDenylist": Listed(blacklisted=True),
    "ShareMessage": SharedMessage(f"https://mail.test/shared/{'mfzwizltoqqhi33sobxq' * 3}", _MOMENT),
    "EraseAccount": Erased(_ACCOUNT, 12),
    "ListKeys": [_KEY],
    "CreateKey": NewKeyView("ci", "k_4TqW9bLr7VnY2sHdJ6pGe0Zk1mif8x3cAbCdx7Qd"),
    "ListUsers": [_BOB],
    "CreateUser": NewUserView(_BOB, "x4mqc-7rtpz-9kdwn-hh2vb"),
    "UpdateUser": _BOB,
    "ResetPassword": ResetView("https://mail.test/reset/k_4TqW9bLr7VnY2sHdJ6pGe0Zk1mif8x3cAbCdx7Qd", _MOMENT),
    "ListSessions": [SessionView("0123456789ab", "bob", _MOMENT, _MOMENT)],
    "ListJournal": [EntryView(_MOMENT, "alice", "key added", "ci", "192.0.2.1")],
    "CreateRun": _RUN,
    "ListRuns": [RunHeader(**{name: getattr(_RUN, name) for name in RunHeader.__struct_fields__})],
    "GetRun": RunDetail(**structs.asdict(_RUN), messages=3),
    "ListRunMessages": [_MESSAGE],
    "FreeRun": FreedRun(_RUN.id, 3),
    "IsReady": Readiness(ready=True, reasons=[]),
}
"""What an operation answers in JSON when all goes well, by its id."""

FAILURES: Final[Mapping[tuple[str, str], object]] = {
    ("WaitForMessage", "408"): NothingCame(
        "Request Timeout",
        "Nothing that fits has come in time; 1 messages were near.",
        408,
        [Nearest(_MESSAGE, ["subject"])],
        [RefusedMail(_INBOX, _PUT_OFF, _MOMENT, "later", "sender domain", 9.0, _CODE)],
        Intake(healthy=True, reasons=[]),
    ),
    ("ExpectNoMessage", "409"): NotQuiet("Conflict", 409, _MESSAGE),
}
"""What an operation answers otherwise than by the one shape of errors, by its id and the status."""

_NOTE: Final = {"info": _ADDRESS.info}

BODIES: Final[Mapping[str, object]] = {
    "DropMessage": f"From: Ann <{_SENDER}>\r\nTo: {_INBOX}\r\nSubject: {_SUBJECT}\r\n\r\nHello.\r\n",
    **dict.fromkeys(("CreateAddress", "UpdateAddress", "UpdateAddressLegacy"), _NOTE),
    "CreateAddresses": {"addresses": [_INBOX, f"sign-in@{_HOST}"]},
    "ValidateAddressesBulk": {"emails": [_LOOKED_AT.email]},
    "SetMessageLabels": {"labels": ["new"]},
    "ShareMessage": {"hours": 24},
    "CreateKey": {"name": "ci", "readOnly": True, "days": 90},
    "CreateUser": {"name": "eve", "role": "member"},
    "UpdateUser": {"role": "root"},
    "CreateRun": {"addresses": 2, "ttl": 3600, "name": "ci 4711"},
}
"""What an operation takes, by its id."""
