"""Whom the operator names is whom a real server says to tell of a hole."""

from pathlib import Path

from fakes.server import a_server

PLACE = "/.well-known/security.txt"


def test_what_is_set_is_told(tmp_path: Path) -> None:
    contact = "--security-contact=mailto:security@thing.test,https://thing.test/hole"
    with a_server(tmp_path / "data", contact, "--public-url=https://mail.thing.test", "--single") as server:
        status, body = server.api.get(PLACE)
        lines = body.decode().splitlines()
        assert (status, lines[:2]) == (
            200,
            ["Contact: mailto:security@thing.test", "Contact: https://thing.test/hole"],
        )
        assert f"Canonical: https://mail.thing.test{PLACE}" in lines


def test_who_set_nothing_is_not_spoken_for(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", "--single") as server:
        assert server.api.get(PLACE).status == 404
