"""Servers behind TLS are asked over TLS, and believed only by a certificate that the machine trusts."""

import asyncio
import ssl
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from mailweir.testing import AsyncMailweir, Mailweir, MailweirError


class Answers(BaseHTTPRequestHandler):
    """A list of no messages, for every question."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
        del format, args


class Quiet(HTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us goes away."""


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def url(authority: trustme.CA, tmp_path: Path) -> Generator[str]:
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "own.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    with Quiet(("127.0.0.1", 0), Answers) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield f"https://localhost:{server.server_address[1]}"
        server.shutdown()
        serving.join()


def test_a_certificate_that_the_machine_trusts_is_believed(
    url: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert Mailweir(url).at("any@thing.test").messages() == []
    assert asyncio.run(AsyncMailweir(url).at("any@thing.test").messages()) == []


def test_any_other_is_not(url: str) -> None:
    with pytest.raises(MailweirError, match=r"does not answer: .*certificate verify failed"):
        Mailweir(url).at("any@thing.test").messages()
    with pytest.raises(MailweirError, match=r"does not answer: .*certificate verify failed"):
        asyncio.run(AsyncMailweir(url).at("any@thing.test").messages())
