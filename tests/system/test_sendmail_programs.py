"""PHP, cron, git and people mail by `mailweir sendmail`, with the settings of docs/user/sendmail.md."""

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.documents import block
from fakes.piping import NUMBERS, arrived, sender_of, somebody, taken
from fakes.server import COMMAND, Server, a_server, environment

PAGE = "user/sendmail.md"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("programs") / "data"
    with a_server(data, "--single", "--base-domains=here.test,thing.test,ci.test") as running:
        yield running


def variables(server: Server) -> dict[str, str]:
    """Those of somebody who has `mailweir` on the path, and a server elsewhere than by default."""
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    where = {"MAILWEIR_SMTP": str(server.smtp), "MAILWEIR_URL": f"http://{server.http}"}
    return environment() | where | {"PATH": path}


def typed(server: Server, commands: str, directory: Path, **more: str) -> str:
    """What these commands of a shell print there. None may fail."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=directory,
        env=variables(server) | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_first_lines_of_the_page_are_true(server: Server, tmp_path: Path) -> None:
    assert typed(server, block(PAGE, "sh", "sign-up@thing.test"), tmp_path) == "482913\n"


def test_the_nightly_job_of_the_page_is_found(server: Server, tmp_path: Path) -> None:
    assert typed(server, block(PAGE, "sh", "backup"), tmp_path).endswith("  Cron <root@ci> backup\n")


def test_the_page_captures(server: Server, tmp_path: Path) -> None:
    commands = block(PAGE, "sh", "customer@elsewhere.test").replace("127.0.0.1:1587", str(server.submission))
    typed(server, commands, tmp_path, MAILWEIR_KEY="any")
    assert b"Subject: Invoice\r\n" in arrived(server, "customer@elsewhere.test")


def test_a_link_of_that_name_is_sendmail(server: Server, tmp_path: Path) -> None:
    bob = somebody()
    link = block(PAGE, "sh", "ln -sf").replace("/usr/sbin/", f"{tmp_path}/")
    typed(server, f"{link}\nprintf 'Subject: linked\\n\\nx\\n' | ./sendmail -i {bob}", tmp_path)
    assert b"Subject: linked\r\n" in arrived(server, bob)


def test_cron_calls_it(server: Server) -> None:
    """As Debian's does (-FCronDaemon -i -B8BITMIME -oem), with the variables that it gives."""
    name = f"root{next(NUMBERS)}"
    message = (
        f"From: root (Cron Daemon)\nTo: {name}\nSubject: Cron <root@ci> true\nX-Cron-Env: <A=b>\n\ndone\n"
    )
    done = subprocess.run(
        [COMMAND, "sendmail", "-FCronDaemon", "-i", "-B8BITMIME", "-oem", name, "--origin", "here.test"],
        input=message.encode(),
        capture_output=True,
        check=False,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "MAILWEIR_SMTP": str(server.smtp)},
    )
    taken(done)
    assert b"\r\nX-Cron-Env: <A=b>\r\n" in arrived(server, f"{name}@here.test")


def test_at_a_terminal_a_dot_ends_it(server: Server) -> None:
    bob = somebody()
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "sendmail", bob], stdin=theirs, env=environment() | {"MAILWEIR_SMTP": str(server.smtp)}
    )
    os.write(ours, b"Subject: typed\n\nhello\n.\n")
    assert process.wait(30) == 0
    os.close(theirs)
    os.close(ours)
    assert arrived(server, bob).endswith(b"\r\n\r\nhello\r\n")


def php(server: Server, code: str, directory: Path, **more: str) -> str:
    """What `mail()` gives, by the php.ini of the page."""
    settings = block(PAGE, "ini", "sendmail_path")
    assert " -t -i" in settings
    (directory / "php.ini").write_text(settings, encoding="utf-8")
    (directory / "mail.php").write_text(f"<?php var_dump({code});", encoding="utf-8")
    return typed(server, "php -c php.ini mail.php", directory, **more).strip()


@pytest.mark.parametrize("end", [r"\n", r"\r\n"])
def test_php_mails(server: Server, tmp_path: Path, end: str) -> None:
    bob, eve = somebody(), somebody()
    headers = f"From: Shop <shop@x.test>{end}Bcc: {eve}{end}Content-Type: text/plain; charset=utf-8"
    code = f'mail("{bob}", "Your code", "Grüße{end}.{end}482913", "{headers}", "-fbounce@x.test")'
    assert php(server, code, tmp_path) == "bool(true)"
    content = arrived(server, bob)
    assert content.endswith("\r\n\r\nGrüße\r\n.\r\n482913\r\n".encode())
    assert (b"Subject: Your code\r\n" in content, eve.encode() in content) == (True, False)
    assert arrived(server, eve) == content
    assert sender_of(server, bob) == "Return-Path: <bounce@x.test>"


def test_php_is_told_of_failures(server: Server, tmp_path: Path) -> None:
    assert php(server, 'mail("bob@elsewhere.test", "s", "x")', tmp_path).endswith("bool(false)")
    assert php(server, 'mail("", "s", "x")', tmp_path).endswith("bool(false)")
    away = php(server, 'mail("bob@here.test", "s", "x")', tmp_path, MAILWEIR_SMTP="127.0.0.1:9")
    assert away.splitlines() == [away.splitlines()[0], "bool(false)"]
    assert "127.0.0.1:9 does not answer" in away


def test_git_sends_its_patches(server: Server, tmp_path: Path) -> None:
    made = """
        git init -q; git config user.name Ann; git config user.email ann@here.test
        printf '.\\n..\\n' > dots; git add dots; git commit -qm 'Add dots'
    """
    typed(server, made + block(PAGE, "sh", "git send-email"), tmp_path, HOME=str(tmp_path))
    content = arrived(server, "list@thing.test")
    assert b"Subject: [PATCH] Add dots\r\n" in content
    assert b"\r\n+.\r\n+..\r\n" in content
    assert b"From: Ann <ann@here.test>\r\n" in content
