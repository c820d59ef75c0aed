"""A question and its answer, as octets and back."""

import json

import pytest

from mailweir import __version__
from mailweir.testing.errors import MailweirError
from mailweir.testing.exchange import Answer, Ask, Server

HOME = Server.at("http://127.0.0.1:8025")


def test_a_question_is_one_request_whose_connection_ends_with_its_answer() -> None:
    assert HOME.octets(Ask("GET", "/api/me")) == (
        b"GET /api/me HTTP/1.1\r\n"
        b"Host: 127.0.0.1:8025\r\n"
        b"User-Agent: mailweir/" + __version__.encode() + b"\r\n"
        b"Connection: close\r\n\r\n"
    )


def test_a_body_is_json_and_the_key_goes_along() -> None:
    server = Server.at("https://mail.test/below/", "k_1")
    octets = server.octets(Ask("POST", "/api/runs", b"{}"))
    head, _, body = octets.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /below/api/runs HTTP/1.1\r\nHost: mail.test:443\r\n")
    assert body == b"{}"
    for field in (b"Mailsac-Key: k_1", b"Content-Type: application/json", b"Content-Length: 2"):
        assert field in head.split(b"\r\n")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://[::1]:8025/", "http://[::1]:8025"),
        ("https://mail.test", "https://mail.test:443"),
        ("http://mail.test/a/b/", "http://mail.test:80/a/b"),
    ],
)
def test_a_server_is_named_by_its_url(url: str, shown: str) -> None:
    assert Server.at(url).url == shown


@pytest.mark.parametrize("url", ["", "mail.test", "ftp://mail.test", "http://"])
def test_what_is_no_url_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(MailweirError, match=r"no address of a server, such as http://127\.0\.0\.1:8025"):
        Server.at(url)


def test_an_answer_is_read_whether_it_is_counted_chunked_or_ended() -> None:
    for octets in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
    ):
        assert HOME.answer(octets) == Answer(200, b"{}")


def test_an_answer_that_is_cut_anywhere_is_silence() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    for end in range(len(whole)):
        answer = HOME.answer(whole[:end])
        assert (answer.status, "127.0.0.1:8025 does not answer" in answer.trouble) == (503, True), end


@pytest.mark.parametrize(
    "octets", [b"\0" * 100, b"220 mail.test ESMTP\r\n", b"HTTP/9 x\r\n\r\n", b"\xff" * 9000]
)
def test_what_is_no_http_is_silence(octets: bytes) -> None:
    assert HOME.answer(octets).status == 503


def test_what_went_wrong_is_told_in_the_servers_words() -> None:
    assert Answer(401, json.dumps({"message": "No such key."}).encode()).trouble == "No such key."
    for body in (b"<html>", b"[]", b"{}", b"null"):
        assert Answer(502, body).trouble == "The server answered 502."


def test_an_answer_that_is_no_json_is_shown() -> None:
    with pytest.raises(MailweirError, match="no JSON: b'<html>'"):
        Answer(200, b"<html>").json()
