"""Names that are paths, or that break a header: in mail and in requests they reach no file and no other line.

A real server keeps and shows mail whose every name is hostile; what lies around its data stays as it was.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from fakes.empty_dns import an_empty_dns
from fakes.raw_http import Answer, ask
from fakes.routes import ROUTES
from fakes.server import Server, a_server
from fakes.smtp_client import Mail, talking

KEY: Final = "k_" + "traversal" * 4
WITH_KEY: Final = f"Mailsac-Key: {KEY}"
CANARY: Final = "canary-4711"
BOB: Final = "bob@thing.test"
LONGEST_TARGET: Final = 8000
PATHS: Final = (
    "../canary",
    "../../../../../../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\canary",
    "C:\\Windows\\win.ini",
    "\\\\192.0.2.1\\share\\x",
    "....//....//canary",
    "..;/canary",
    ".",
    "..",
    "CON",
    "aux.txt",
    "~/.ssh/id_rsa",
    "accounts.db",
    "file:///etc/passwd",
    "canary\0.txt",
    "x" * 4096,
    "../" * 1000 + "canary",
    "\u202etxt.exe",
    "\uff0e\uff0e\uff0fcanary",
    "\u2025/canary",
    "a\uff02; filename=\uff02b.html",
    "-rf",
    "$(touch canary)",
    "`touch canary`",
    "%2e%2e%2fcanary",
    "<img src=x onerror=alert(1)>",
    "a\r\nSet-Cookie: a=b",
    'a"; filename="b',
    "\u5bc6\u7801.pdf",
    "r\u00e4um\u20ac.txt",
    "caf\u00e9" * 3000,
)
"""Names of files, and whatever else a sender may name."""

IN_TARGETS: Final = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fcanary",
    "%252e%252e%252fcanary",
    "..%255ccanary",
    "..%5c..%5ccanary",
    "%2fetc%2fpasswd",
    "..%00/canary",
    "..%c0%af..%c0%afcanary",
    "..%u2215canary",
    "%2e%2e",
    "..",
    ".%2e",
    "../canary",
    "../../../../etc/passwd",
    "..;/canary",
    "%00",
    "%0d%0aX-Injected:%20yes",
    "a%0d%0a%0d%0abody",
    "x" * 4096,
    "%ff%fe",
    "accounts.db",
    "..%2faccounts.db",
    "%7e%2f.ssh%2fid_rsa",
    "file:%2f%2f%2fetc%2fpasswd",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which the data directory is not alone."""
    place = tmp_path_factory.mktemp("around")
    (place / "canary").write_text(CANARY, encoding="ascii")
    return place


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    flags = ("--bootstrap-account=ann", f"--bootstrap-key={KEY}", "--public-inbox-limit=0")
    with an_empty_dns() as dns, a_server(place / "data", *flags, f"--dns-servers={dns}") as running:
        yield running


@pytest.fixture
def around(place: Path, server: Server) -> Iterator[None]:
    """Afterwards the same files lie there, and in the data directory the same names."""
    before = listing(place)
    yield
    assert listing(place) == before
    assert (place / "canary").read_text(encoding="ascii") == CANARY
    assert ask(server.http, "GET", "/livez").status == 200


def listing(place: Path) -> list[str]:
    """All names below it; what SQLite has beside a file while it writes comes and goes."""
    names = (path.relative_to(place).as_posix() for path in place.rglob("*"))
    return sorted(name for name in names if not name.endswith(("-wal", "-shm", "-journal")))


def fit_for_a_header(name: str) -> bytes:
    """As a careless sender would write it into a quoted string: whatever ends the line is left out."""
    kept = name.replace("\r", "").replace("\n", "").replace("\0", "\x01")
    return kept.replace('"', '\\"').encode()[:900]


def mail_of(name: str) -> bytes:
    """One that is named so wherever something has a name, in the ways in which names are written."""
    plain, extended = fit_for_a_header(name), quote(name, safe="").encode()[:20_000]
    boundary = b"b" + plain[:60].translate(None, b'"\\<>\x01 ')
    folded = b"".join(
        b";\r\n filename*%d*=%b%b" % (number, b"" if number else b"utf-8''", extended[at : at + 60])
        for number, at in enumerate(range(0, min(len(extended), 6000), 60))
    )
    parts = (
        b'Content-Disposition: attachment; filename="%b"' % plain,
        b"Content-Disposition: attachment; filename*=utf-8''%b" % extended,
        b"Content-Disposition: attachment%b" % folded,
        b'Content-Type: application/x; name="%b"\r\nContent-ID: <%b>' % (plain, plain),
        b"Content-Type: application/x\r\nContent-ID: <../../canary>\r\nContent-Location: file:///etc/passwd",
    )
    return (
        b"From: a@sender.test\r\nSubject: %b\r\nMessage-ID: <%b@sender.test>\r\nReferences: <../canary>\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="%b"\r\n\r\n'
        % (plain, plain, boundary)
    ) + b"".join(b"--%b\r\n%b\r\n\r\nfile\r\n" % (boundary, part) for part in parts)


@pytest.mark.usefixtures("around")
async def test_a_name_in_mail_is_no_path_and_no_header_line(server: Server) -> None:
    async with talking(server.smtp) as talk:
        for name in PATHS:
            assert (await talk.deliver(Mail([BOB], mail_of(name)))).code == 250, name[:50]
    listed = server.api.digested(BOB, len(PATHS))
    assert len(listed) == len(PATHS)
    for message in listed:
        path = f"/api/addresses/{BOB}/messages/{message['_id']}"
        files = json.loads(server.api.get(f"{path}/attachments").body)
        assert files, message["subject"]
        assert server.api.get(f"/inbox/{BOB}/{message['_id']}").status == 200
        for file in files:
            names = {file["checksum"], file["sha256"], file["fileName"], file["contentId"]} - {""}
            for name in names:
                if len(quote(name)) < LONGEST_TARGET:
                    answer = ask(server.http, "GET", f"{path}/attachments/{quote(name, safe='')}")
                    check_file(answer, name)


def check_file(answer: Answer, name: str) -> None:
    """A file of the mail's own, under one harmless name that every client can read."""
    if answer.status != 200:
        assert answer.status in {400, 404}, (answer.status, name[:50])
        assert CANARY not in answer.text
        return
    assert answer.body.strip() == b"file"
    fields = [value for field, value in answer.fields if field == "content-disposition"]
    assert len(fields) == 1
    (disposition,) = fields
    assert disposition.isascii()
    assert disposition.isprintable()
    assert len(disposition) < 2500
    assert disposition.startswith('attachment; filename="')
    shown = disposition.removeprefix('attachment; filename="').partition('"')[0]
    assert not set(shown) & set('/\\:*?"<>|')
    assert shown.strip(" .") == shown != ""
    assert not {"set-cookie", "x-injected"} & answer.headers.keys()


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize("written", IN_TARGETS)
def test_a_name_in_a_target_is_no_path(server: Server, written: str) -> None:
    wrong: list[object] = []
    for route in ROUTES:
        for parameter in route.parameters:
            target = route.raw_target(**{parameter: written})
            for lines in ((), (WITH_KEY,)):
                answer = ask(server.http, route.method, target, *lines)
                leaks = CANARY in answer.text or "root:" in answer.text or b"SQLite format" in answer.body
                injected = "x-injected" in answer.headers
                if leaks or injected or answer.status >= 500 or file_shown(answer.headers, parameter):
                    wrong.append((str(route), parameter, answer.status, answer.text[:100]))
    assert wrong == []


def file_shown(headers: Mapping[str, str], parameter: str) -> bool:
    """Whether a file is handed out for such a name."""
    return parameter in {"identifier", "name"} and "content-disposition" in headers
