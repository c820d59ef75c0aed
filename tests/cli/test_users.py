"""`mailweir user`: people are added, changed and removed, also beside a server that learns of it at once."""

import http.client
import json
import re
import smtplib
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cli.test_accounts import mailweir, within
from fakes.server import Server, a_server

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
CHOSEN, OTHER = "correct horse battery staple", "another long password"
SECRET = re.compile(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}")


def sign_in(server: Server, name: str, password: str) -> str:
    """The cookie; "" for somebody who is not let in."""
    connection = http.client.HTTPConnection(*server.http, timeout=10)
    connection.request("POST", "/signin", urlencode({"name": name, "key": password}), FORM)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return (answer.headers["Set-Cookie"] or "").partition(";")[0]


def test_people_are_added_listed_changed_and_removed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    mailweir("account", "add", "ann", data=data)
    assert "ann has no user" in mailweir("user", "list", "ann", data=data).stderr
    made = mailweir("user", "add", "ann", data=data)
    assert (made.returncode, SECRET.fullmatch(made.stdout.strip()) is not None) == (0, True)
    member = ("user", "add", "ann", "Bob", "--member", "--can-elevate", "--mail", "Ops@Thing.test", "--json")
    assert json.loads(mailweir(*member, data=data).stdout)["signsInAs"] == "ann/bob"
    chosen = mailweir("user", "add", "ann", "cat", "--password-stdin", text=f"{CHOSEN}\n", data=data)
    assert (chosen.returncode, chosen.stdout) == (0, "")
    listed = json.loads(mailweir("user", "list", "ann", "--json", data=data).stdout)
    assert [(one["signsInAs"], one["role"], one["canElevate"], one["mail"]) for one in listed] == [
        ("ann", "root", False, None),
        ("ann/bob", "member", True, "ops@thing.test"),
        ("ann/cat", "root", False, None),
    ]
    assert mailweir("user", "change", "ann", "bob", "--root", "--mail", "", data=data).returncode == 0
    assert "ann/bob " in mailweir("user", "list", "ann", data=data).stdout
    assert mailweir("user", "codes-off", "ann", "bob", data=data).returncode == 0
    assert SECRET.fullmatch(mailweir("user", "password", "ann", "bob", data=data).stdout.strip())
    assert mailweir("user", "remove", "ann", "bob", data=data).returncode == 0
    journal = json.loads(mailweir("user", "journal", "ann", "--json", data=data).stdout)
    assert [(one["actor"], one["act"], one["what"]) for one in journal] == [
        ("the operator", "user removed", "bob"),
        ("the operator", "password reset", "bob"),
        ("the operator", "one-time codes off", "bob"),
        ("the operator", "user changed", "bob (root)"),
        ("the operator", "user added", "cat"),
        ("the operator", "user added", "bob"),
        ("the operator", "user added", "ann"),
    ]
    assert "the operator: user removed bob" in mailweir("user", "journal", "ann", data=data).stdout
    for name in ("accounts.db", "accounts.db-wal"):
        assert not (data / name).exists() or CHOSEN.encode() not in (data / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["user", "add", "ben"], 1, "There is no account ben."),
        (["user", "add", "ann", "bob"], 1, "Ann has a user bob already."),
        (["user", "add", "ann", "b b"], 2, "no name of a user"),
        (["user", "add", "ann", "cat", "--mail", "nowhere"], 2, "not an e-mail address"),
        (["user", "change", "ann", "bob"], 2, "Say what to change"),
        (["user", "change", "ann", "cat", "--root"], 1, "There is no user ann/cat."),
        (["user", "password", "ann", "cat"], 1, "There is no user ann/cat."),
        (["user", "reset", "ann"], 1, "There is no user ann."),
        (["user", "codes-off", "ann", "cat"], 1, "There is no user ann/cat."),
        (["user", "remove", "ann", "cat"], 1, "There is no user ann/cat."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, words: list[str], code: int, sentence: str
) -> None:
    mailweir("account", "add", "ann", data=tmp_path)
    mailweir("user", "add", "ann", "bob", data=tmp_path)
    ended = mailweir(*words, data=tmp_path)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert sentence in ended.stderr


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("short\n", "12 to 256"),
        ("password1234\n", "guessed"),
        ("", "no password"),
        ("\n", "no password"),
        ("a\tlong password\n", "no text"),
    ],
)
def test_a_password_that_may_be_none_is_refused(tmp_path: Path, written: str, sentence: str) -> None:
    mailweir("account", "add", "ann", data=tmp_path)
    ended = mailweir("user", "add", "ann", "--password-stdin", text=written, data=tmp_path)
    assert (ended.returncode, sentence in ended.stderr) == (2, True)
    assert json.loads(mailweir("user", "list", "ann", "--json", data=tmp_path).stdout) == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("flags", [[], ["--single"]], ids=str)
def test_a_running_server_lets_people_in_by_page_and_by_smtp(tmp_path: Path, flags: list[str]) -> None:
    data = tmp_path / "data"
    mailweir("account", "add", "ann", data=data)
    with a_server(data, *flags, "--profile=internet", "--node-name=localhost") as server:
        password = mailweir("user", "add", "ann", "bob", "--member", data=data).stdout.strip()
        within(lambda: int(bool(sign_in(server, "ann/bob", password))), 1)
        assert sign_in(server, "ann/bob", f"{password}x") == ""
        with smtplib.SMTP(*server.submission) as client:
            client.login("ann/bob", password)
            client.sendmail("shop@x.test", ["far@elsewhere.test"], "Subject: x\n\ny\n")
        mailweir("user", "remove", "ann", "bob", data=data)
        within(lambda: int(bool(sign_in(server, "ann/bob", password))), 0)


@pytest.mark.timeout(120)
def test_a_forgotten_password_is_set_anew_by_a_link_in_a_private_inbox(tmp_path: Path) -> None:
    data = tmp_path / "data"
    key = mailweir("account", "add", "ann", data=data).stdout.strip()
    with a_server(data, "--public-url=http://mail.test") as server:
        inbox = "ops@thing.test"
        assert server.api.post(f"/api/addresses/{inbox}?_mailsacKey={key}").status == 200
        former = mailweir("user", "add", "ann", "--mail", inbox, data=data).stdout.strip()
        within(lambda: int(bool(sign_in(server, "ann", former))), 1)
        connection = http.client.HTTPConnection(*server.http, timeout=10)
        connection.request("POST", "/forgot", "name=ann", FORM)
        assert connection.getresponse().status == 200
        connection.close()
        listing = f"/api/addresses/{inbox}/messages?_mailsacKey={key}"
        within(lambda: len(json.loads(server.api.get(listing).body)), 1)
        (message,) = json.loads(server.api.get(listing).body)
        assert message["subject"] == "A new password for ann"
        text = server.api.get(f"/api/text/{inbox}/{message['_id']}?_mailsacKey={key}").body.decode()
        path = re.findall(r"http://mail\.test(/reset/k_\w+)", text)[0]
        assert new_password(server, path) == 303
        assert (bool(sign_in(server, "ann", OTHER)), sign_in(server, "ann", former)) == (True, "")
        link = mailweir("user", "reset", "ann", data=data).stdout.strip()
        assert new_password(server, "/reset/" + link.rpartition("/")[2]) == 303
        assert new_password(server, path) == 404
        kept = b"".join(file.read_bytes() for file in data.rglob("accounts.db*"))
        for secret in (former, OTHER, path.rpartition("_")[2], link.rpartition("_")[2]):
            assert secret.encode() not in kept


def new_password(server: Server, path: str) -> int:
    connection = http.client.HTTPConnection(*server.http, timeout=10)
    connection.request("POST", path, urlencode({"new": OTHER}), FORM)
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_first_account_has_the_password_of_the_settings(tmp_path: Path) -> None:
    data = tmp_path / "data"
    variables = {"MAILWEIR_BOOTSTRAP_ACCOUNT": "ops", "MAILWEIR_BOOTSTRAP_PASSWORD": "password1234"}
    weak = mailweir("serve", data=data, **variables)
    assert (weak.returncode, "guessed" in weak.stderr) == (2, True)
    with a_server(data, "--bootstrap-account=ops", f"--bootstrap-password={CHOSEN}") as server:
        assert sign_in(server, "ops", CHOSEN)
