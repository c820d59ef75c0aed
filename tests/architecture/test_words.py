"""Words that must not stand anywhere in the repository, and words that must."""

import ast
import re
from pathlib import Path

import pytest

from architecture.repository import ROOT, shown, source_files, tracked_files

# Names that say nothing, and so collect everything.
EMPTY_NAMES = {"utils", "util", "common", "helpers", "core", "base", "lib", "managers", "misc"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|TYPE_CHECKING)\b")
AVOIDED = re.compile(r"\b(mark\.(skip|skipif|xfail)|pytest\.(skip|xfail|importorskip))\b")

# Written so that this file does not match itself.
ADDRESSES = {
    "a machine's path": re.compile(r"(?<![\w.\]}-])/(?:wor[k]|roo[t]|hom[e])/"),
    "a registry's address": re.compile(
        r"pyp[i]\.org|pythonhoste[d]\.org|npmj[s]\.(?:org|com)|deb\.[d]ebian\.org|(?<!no-emit-)\bindex-ur[l]"
        r"|(?<!no-emit-)\bfind-link[s]|(?i:registry *= *\"?http)"
    ),
    "a resolved address": re.compile(r'"resolve[d]":'),
}


def offences(pattern: re.Pattern[str], files: tuple[Path, ...] | list[Path]) -> list[str]:
    """Each line of `files` in which `pattern` is found."""
    found: list[str] = []
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        numbered = enumerate(lines, 1)
        found += [f"{shown(file)}:{n}: {line[:120]}" for n, line in numbered if pattern.search(line)]
    return found


def test_no_room_and_no_module_has_a_name_that_says_nothing() -> None:
    named = {shown(file): {*file.relative_to(ROOT).parts[:-1], file.stem} for file in source_files()}
    assert [path for path, parts in named.items() if parts & EMPTY_NAMES] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        shown(file)
        for file in source_files()
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_product_has_no_unfinished_place() -> None:
    assert offences(UNFINISHED, source_files()) == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    speak_of_it = {Path(__file__), Path(__file__).with_name("test_manifest_plugin.py")}
    tests = {file for file in tracked_files() if file.suffix == ".py" and ROOT / "tests" in file.parents}
    assert offences(AVOIDED, sorted(tests - speak_of_it)) == []


@pytest.mark.parametrize("kind", ADDRESSES)
def test_nothing_that_is_committed_names_a_machine_or_a_registry(kind: str) -> None:
    assert offences(ADDRESSES[kind], tracked_files()) == []


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("a machine's path", "cp /" + "work/main/x y"),
        ("a machine's path", 'Path("/' + 'home/me")'),
        ("a registry's address", "see https://py" + "pi.org/project/x"),
        ("a registry's address", "--index-" + "url https://packages.test"),
        ("a resolved address", '  "reso' + 'lved": "https://packages.test/x.tgz"'),
    ],
)
def test_an_address_is_seen(kind: str, line: str) -> None:
    assert ADDRESSES[kind].search(line)
