"""A process loads only what its work needs: it is there sooner, and takes less memory as long as it runs."""

import subprocess
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

import pytest

WEB: Final = frozenset({"litestar", "uvicorn", "jinja2", "nh3", "selectolax", "re2"})
NEEDLESS: Final[Mapping[str, AbstractSet[str]]] = {
    "serve": WEB | {"dns", "cryptography", "argon2", "email"},  # the supervisor
    "single": {"dns", "cryptography", "jinja2", "segno", "pydantic"},
    "web": {"dns", "cryptography", "jinja2", "segno", "pydantic"},
    "receiver": WEB | {"dns", "cryptography", "argon2"},
    "access": WEB | {"dns", "cryptography"},
    "digest": WEB | {"cryptography"},
    "committer": WEB | {"dns", "cryptography", "argon2", "email"},
}


@pytest.mark.parametrize(("role", "needless"), NEEDLESS.items(), ids=NEEDLESS)
def test_a_process_does_not_load_what_others_are_there_for(role: str, needless: AbstractSet[str]) -> None:
    program = f"import sys, mailweir.roles.{role}; print(*sys.modules)"
    words = [sys.executable, "-c", program]
    loaded = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout
    assert f"mailweir.roles.{role}" in loaded.split()
    assert needless & set(loaded.split()) == set()


def test_a_plain_start_needs_no_command_line_that_explains_itself(tmp_path: Path) -> None:
    program = (
        "import sys, mailweir.cli.entry, mailweir.roles.serve as roles\n"
        "roles.serve = lambda *_: print(*sys.modules) or 0\n"
        f"mailweir.cli.entry.main(['serve', '--single', '--data={tmp_path}'])"
    )
    words = [sys.executable, "-c", program]
    loaded = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout.split()
    assert "mailweir.cli.serving" in loaded
    assert {"cyclopts", "attr", "http.client"} & set(loaded) == set()


def test_the_web_door_has_no_use_for_what_else_happens_to_be_installed() -> None:
    program = "import sys; from mailweir.servers.web.app import routes; routes(); print(*sys.modules)"
    words = [sys.executable, "-c", program]
    loaded = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout.split()
    assert "litestar" in loaded
    assert {"pydantic", "attr"} & set(loaded) == set()
