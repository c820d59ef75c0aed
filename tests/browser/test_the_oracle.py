"""What the other tests do not see would be seen: without our policies the same mail runs and fetches.

The control takes the same way, from the mail to the frame, in a browser that ignores policies.
"""

import re
from collections.abc import Sequence

import pytest

from browser.house import House
from browser.vectors import corpus, everything
from browser.views import VIEWS
from browser.watching import Watch


def seen(faults: Sequence[str], pattern: str) -> set[str]:
    """What the one group of the pattern was, wherever it fits a fault."""
    return {hit[1] for one in faults if (hit := re.search(pattern, one))}


def test_scripts_that_nothing_hinders_are_seen(house: House, unprotected: Watch) -> None:
    paths = house.paths(VIEWS["dirty"], "scripts")[::2]
    unprotected.frame(paths)
    faults = unprotected.faults
    ran = seen(faults, r"^a script \S+ .*(/api/dirty/\S+)")
    print(f"{len(ran)} of {len(paths)} documents ran a script")
    assert len(ran) >= 90
    assert seen(faults, r"^a script ran by (\w+)") >= {"alert", "message"}
    assert seen(faults, r"^a script changed the (title)")
    assert seen(faults, r"^asked for \S+/(ran|fetch|socket|run\.js|page\.html) as ") >= {
        "ran",
        "fetch",
        "run.js",
    }


def test_remote_content_that_nothing_hinders_is_seen(house: House, unprotected: Watch) -> None:
    paths = house.paths(VIEWS["dirty"], "remote")
    unprotected.frame(paths)
    fetched = seen(unprotected.faults, r"^asked for \S+/(remote-\d+)/")
    print(f"{len(fetched)} of {len(paths)} documents fetched something")
    assert len(fetched) >= 60
    assert seen(unprotected.faults, r"^asked for (evil\.test)/")


def test_a_document_of_its_own_that_nothing_hinders_is_seen(house: House, unprotected: Watch) -> None:
    unprotected.open(house.paths(VIEWS["dirty"], "scripts")[-40:], touched=True)
    assert len(seen(unprotected.faults, r"^a script ran by \w+ in (\S+)")) >= 20
    assert seen(unprotected.faults, r"^/api/dirty/\S+ (moved) to ")


@pytest.mark.parametrize(
    ("name", "least"), [("scripts", 120), ("remote", 44), ("bleach", 20), ("justhtml", 62)]
)
def test_a_corpus_is_whole(name: str, least: int) -> None:
    found = everything()[name]
    assert len(found) >= least
    assert len({one.html + one.charset.encode() for one in found}) == len(found)


def test_a_vector_is_read_octet_by_octet() -> None:
    by_html = {one.html: one for one in corpus("scripts")}
    assert b"<s\x00cript>alert(1)</script>" in by_html
    assert by_html[b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"].charset == "utf-7"
    (image,) = (one for one in by_html.values() if one.html.endswith(b"/image'</script>"))
    assert f"'http://canary.test/{image.name}/image'".encode() in image.aimed_at("http://canary.test").html
