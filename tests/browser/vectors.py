"""HTML that tries to run a script or to fetch something: our own, and that of two sanitisers' test suites.

    scripts, remote = corpus("scripts"), corpus("remote")
    vector = remote[0].aimed_at("http://127.0.0.1:4711")  # its {CANARY} is http://127.0.0.1:4711/remote-1

The two suites are read out of source packages that `make test` fetches; whoever lacks them is told so.
"""

import ast
import json
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_OWN = _ROOT / "tests" / "corpora" / "html"
_SOURCES = _ROOT / ".cache" / "sources"
_BLEACH = "bleach-6.4.0"
_JUSTHTML = "justhtml-3.16.0"

_OCTET = re.compile(r"\{([0-9A-F]{2})\}")
_ACTIVE = re.compile(r"alert|evil|script:|script>|\bon\w+\s*=|url\(|@import|srcdoc|data:", re.IGNORECASE)
"""A string of a test suite that does more than to be parsed."""


class NoCorpusError(LookupError):
    """A source package is not there."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One document. `name` is its corpus and its number there; `charset` what its sender calls it."""

    name: str
    html: bytes
    charset: str = "utf-8"

    def aimed_at(self, canary: str) -> "Vector":
        """The same with the address under which the canary knows it."""
        return replace(self, html=self.html.replace(b"{CANARY}", f"{canary}/{self.name}".encode()))

    @property
    def words(self) -> str:
        """It as words for a header field: one line without control characters."""
        text = self.html.decode("utf-8", "replace")
        return "".join(c if c.isprintable() else " " for c in text)


def corpus(name: str) -> Sequence[Vector]:
    """Our own: `scripts`, `remote` or `metadata`."""
    lines = (_OWN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("# ")]
    return [_own(f"{name}-{number}", line) for number, line in enumerate(wanted, 1)]


@cache
def bleach() -> Sequence[Vector]:
    """The inputs of bleach's `tests/data`."""
    files = _members(_BLEACH, r"tests/data/\d+\.test")
    inputs = [text.rpartition(b"\n--\n")[0] for _, text in sorted(files.items())]
    return [Vector(f"bleach-{number}", html) for number, html in enumerate(inputs, 1)]


@cache
def justhtml() -> Sequence[Vector]:
    """The sanitiser's cases of justhtml, and what active HTML its other tests of the sanitiser hold."""
    (cases,) = _members(_JUSTHTML, r"tests/justhtml-sanitize-tests/cases\.json").values()
    found: list[str] = [case["input_html"] for case in json.loads(cases)]
    for _, source in sorted(_members(_JUSTHTML, r"tests/test_sanitize\w*\.py").items()):
        found += (text for text in _strings(source) if "<" in text and _ACTIVE.search(text))
    unique = dict.fromkeys(found)
    return [Vector(f"justhtml-{number}", html.encode()) for number, html in enumerate(unique, 1)]


def everything() -> Mapping[str, Sequence[Vector]]:
    """Every vector that is a document, by its corpus."""
    return {
        "scripts": corpus("scripts"),
        "remote": corpus("remote"),
        "bleach": bleach(),
        "justhtml": justhtml(),
    }


def _own(name: str, line: str) -> Vector:
    charset = "utf-8"
    if line.startswith("@"):
        charset, _, line = line[1:].partition(" ")
    octets = re.sub(_OCTET.pattern.encode(), lambda hit: bytes([int(hit[1], 16)]), line.encode())
    return Vector(name, octets, charset)


def _strings(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _members(package: str, pattern: str) -> dict[str, bytes]:
    archive = _SOURCES / f"{package}.tar.gz"
    if not archive.exists():
        raise NoCorpusError(f"{archive} is not there: `make sources` fetches it")
    inside = re.compile(f"{re.escape(package)}/{pattern}")
    with tarfile.open(archive) as tar:
        return {one.name: _octets(tar, one) for one in _matching(tar, inside)}


def _matching(tar: tarfile.TarFile, pattern: re.Pattern[str]) -> Iterable[tarfile.TarInfo]:
    return (one for one in tar.getmembers() if pattern.fullmatch(one.name))


def _octets(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None
    return file.read()
