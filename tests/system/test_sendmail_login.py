"""`mailweir sendmail` signs in where it is asked to, and tells nobody the key who should not know it."""

import os
from collections.abc import Iterator

import pytest
import trustme

from fakes.piping import ended, sendmail, taken
from fakes.server import Server, a_server
from mailweir.cli.sendmail.ends import EndedError
from mailweir.cli.sendmail.handing import Door, Letter, hand_over
from mailweir.config.listener import Listener

KEY = "k_" + "sendmailsendmail" * 2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that asks for a login, and has a certificate of an authority that nobody knows."""
    directory = tmp_path_factory.mktemp("alice")
    made = trustme.CA()
    issued = made.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(directory / "key.pem")
    issued.cert_chain_pems[0].write_to_path(directory / "certificate.pem")
    made.cert_pem.write_to_path(directory / "ca.pem")
    flags = (
        *("--single", "--profile=internet", "--bootstrap-account=alice", f"--bootstrap-key={KEY}"),
        *(f"--tls-certificate={directory}/certificate.pem", f"--tls-key={directory}/key.pem"),
    )
    with a_server(directory / "data", *flags) as running:
        yield running


def test_a_signed_in_sender_captures(server: Server) -> None:
    everywhere = f"0.0.0.0:{server.submission.port}"  # as the variable has it where it is the server's
    signed = {"MAILWEIR_SMTP": str(server.submission), "MAILWEIR_KEY": KEY, "MAILWEIR_USER": "alice"}
    to = "customer@elsewhere.test"
    taken(sendmail(None, to, variables=signed))
    taken(sendmail(None, to, variables=signed | {"MAILWEIR_SMTP": everywhere}))
    assert len(server.api.inbox(to)) == 2
    for missing, part in (("MAILWEIR_KEY", "530 5.7.0"), ("MAILWEIR_USER", "535 5.7.8")):
        code, said = ended(sendmail(None, to, variables=signed | {missing: ""}))
        assert (code, part in said) == (os.EX_UNAVAILABLE, True), said


def test_the_key_goes_elsewhere_by_tls_that_is_trusted(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Listener(*server.submission)
    letter = Letter("", ("far@elsewhere.test",), b"Subject: s\r\n\r\nx\r\n", utf8_header=False)
    door = Door(where, "client.test", here=False, user="alice", key=KEY)
    with pytest.raises(EndedError, match="certificate that is not trusted") as refused:
        hand_over(letter, door)
    assert refused.value.code == os.EX_UNAVAILABLE
    monkeypatch.setenv("SSL_CERT_FILE", str(server.data.with_name("ca.pem")))
    hand_over(letter, door)
    (one,) = server.api.inbox("far@elsewhere.test")
    assert b" with ESMTPSA id " in server.api.raw("far@elsewhere.test", one["_id"])


def test_who_signs_in_is_written_in_ascii(server: Server) -> None:
    assert ended(sendmail(server, "bob", variables={"MAILWEIR_KEY": "k_é"}))[0] == os.EX_USAGE
    assert ended(sendmail(server, "bob", "--user=é", variables={"MAILWEIR_KEY": "k_1"}))[0] == os.EX_USAGE
