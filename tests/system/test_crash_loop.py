"""A role that cannot run at all; here since the pauses between its starts add up to seconds."""

from pathlib import Path

from fakes.crews import a_crew


def test_a_role_that_never_serves_ends_the_server_with_a_sentence_and_no_ready_line(tmp_path: Path) -> None:
    with a_crew(tmp_path, "web=door:http", "digest=dies_before_it_serves") as crew:
        code, output, errors = crew.end()
    assert (code, output) == (1, "")
    assert errors.splitlines()[-1].startswith("Role digest ended again and again, at last with exit code 1")
    assert errors.count("role ended and is started again") == 7
