"""A real server that is for guests alone, and a link into it that outlives a restart."""

import http.client
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.test_accounts import mailweir
from fakes.server import Server, a_server
from fakes.web_house import basic

BOB = "bob@thing.test"
LIST = f"/api/addresses/{BOB}/messages"
PASSWORD = "known to all of us"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("flags", [[], ["--single"]], ids=str)
def test_guests_give_the_password_and_whoever_has_a_link_gives_none(tmp_path: Path, flags: list[str]) -> None:
    data = tmp_path / "data"
    key = mailweir("account", "add", "ann", data=data).stdout.strip()
    with a_server(data, *flags, f"--guest-password={PASSWORD}") as server:
        message = json.loads(posted(server, LIST, key, b"Subject: hello\r\n\r\nhello\r\n"))["_id"]
        assert server.api.get(LIST).status == 401
        assert got(server, LIST, PASSWORD[:-1]) == 401
        assert got(server, LIST, PASSWORD) == 200
        assert server.api.get("/livez").status == 200
        link = urlsplit(str(json.loads(posted(server, f"{LIST}/{message}/share", key))["url"]))
        assert link.netloc == str(server.http)
        path = link.path
        assert b"hello" in server.api.get(path).body
        assert server.stop() == 0
        server.start()
        assert b"hello" in server.api.get(path).body
        assert server.api.get(f"{path}x").status == 404
        assert PASSWORD not in server.log.read_text("utf-8")


def got(server: Server, path: str, password: str) -> int:
    connection = http.client.HTTPConnection(*server.http, timeout=15)
    connection.request("GET", path, headers={"Authorization": basic(password)})
    status = connection.getresponse().status
    connection.close()
    return status


def posted(server: Server, path: str, key: str, message: bytes = b"") -> bytes:
    connection = http.client.HTTPConnection(*server.http, timeout=15)
    kind = {"Content-Type": "message/rfc822"} if message else {}
    connection.request("POST", path, message, {"Mailsac-Key": key, **kind})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status in {200, 201}, body
    return body
