"""What a failed test shows of its mail, and what it leaves for people to look at."""

import zipfile

from fakes.server import Server
from testing.project import Project, files

FAILS = """
def test_fails(mailweir, inbox):
    send(mailweir, inbox.address, "Your code is 482913")
    inbox.wait(code=True)
    send(mailweir, inbox.address, "Welcome to the shop")
    inbox.wait(code=True, timeout=1)
"""
PASSES = """
def test_passes(mailweir, inbox):
    send(mailweir, inbox.address, "All is well")
    inbox.wait()
"""
SILENT = """
def test_silence(mailweir, inbox):
    send(mailweir, inbox.address, "Invoice 17")
    inbox.assert_quiet(seconds=5, subject="invoice")
"""


def test_a_failed_wait_says_why_and_shows_nothing_of_our_own_code(project: Project) -> None:
    project.has(FAILS)
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       inbox.wait(code=True, timeout=1)",
            "E       mailweir.testing.errors.MailNotFoundError: No message with a code has come to run-*",
            "E       The server is well, and mail has come: it is not what the test waits for.",
            "E       Nearest:",
            "E         *'Your code is 482913' from shop@shop.test, code 482913: given to an earlier wait*",
            "E         *'Welcome to the shop' from shop@shop.test: no code",
        ]
    )
    result.stdout.no_fnmatch_line("*box.py*")


def test_a_broken_silence_says_what_came(project: Project) -> None:
    project.has(SILENT)
    project.run().stdout.fnmatch_lines(
        [
            "E       mailweir.*.UnexpectedMailError: A message with subject 'invoice' has come to *",
            "E         *'Invoice 17' from shop@shop.test",
        ]
    )


def test_the_mail_of_a_failed_test_is_in_its_report_and_that_of_others_is_not(project: Project) -> None:
    project.has(PASSES, FAILS)
    result = project.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- Mail of this test (Mailweir) -*",
            "run-*-test-fails-*@mailweir.test: 2 messages",
            "  *'Welcome to the shop' from shop@shop.test",
            "  *'Your code is 482913' from shop@shop.test, code 482913",
        ]
    )
    result.stdout.no_fnmatch_line("*All is well*")


def test_workers_report_it_too(project: Project) -> None:
    project.has(FAILS)
    result = project.run("-p", "xdist.plugin", "-n", "2")
    result.stdout.fnmatch_lines(["*- Mail of this test (Mailweir) -*", "run-*: 2 messages"])


def test_a_failed_test_leaves_its_mail_and_the_run(project: Project) -> None:
    project.has(PASSES, FAILS)
    project.run("--mailweir-artifacts", "mail").assert_outcomes(passed=1, failed=1)
    found = files(project.root / "mail")
    assert len(found) == 3
    (bundle,) = (file for file in found if file.endswith(".zip"))
    messages = [file for file in found if file.endswith(".eml")]
    assert all(file.startswith("test_shop.py-test_fails/run-") for file in messages)
    subjects = {
        (project.root / "mail" / file).read_text("ascii").split("Subject: ")[1][:7] for file in messages
    }
    assert subjects == {"Welcome", "Your co"}
    with zipfile.ZipFile(project.root / "mail" / bundle) as archive:
        assert "run.json" in archive.namelist()
        assert len([name for name in archive.namelist() if name.endswith(".eml")]) == 3


def test_where_nothing_fails_nothing_is_left(project: Project) -> None:
    project.has(PASSES)
    project.run("-o", "mailweir_artifacts=mail").assert_outcomes(passed=1)
    assert not (project.root / "mail").exists()


def test_the_run_of_a_failed_test_stays_on_a_server_that_stays(project: Project, server: Server) -> None:
    project.has(FAILS)
    project.environment.setenv("MAILWEIR_URL", f"http://{server.http}")
    project.environment.setenv("MAILWEIR_SMTP", str(server.smtp))
    project.run("-o", "mailweir_artifacts=mail").assert_outcomes(failed=1)
    assert len(server.api.all()) == 2
    assert len(files(project.root / "mail")) == 3
