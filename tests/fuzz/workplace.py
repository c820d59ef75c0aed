"""Where fuzzing keeps what it learns from one run to the next: `.cache/fuzz`, which is not committed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import mailweir

ROOT: Final = Path(__file__).parents[2]
TESTS: Final = ROOT / "tests"
KEPT: Final = ROOT / ".cache" / "fuzz"
SOURCE: Final = Path(mailweir.__file__ or "").parents[1]
"""Where the product lies that is fuzzed: the one that is imported here."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """One target's folder. `findings` is where its findings go, those of all targets together."""

    target: str
    kept: Path = KEPT

    @property
    def folder(self) -> Path:
        return self.kept / self.target

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus"

    @property
    def seeds(self) -> Path:
        return self.folder / "seeds"

    @property
    def found(self) -> Path:
        """Where a worker puts what it finds, before anybody has looked whether it fails again."""
        return self.folder / "found"

    @property
    def dictionary(self) -> Path:
        return self.folder / "words"

    @property
    def meter(self) -> Path:
        return self.folder / "meter"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def findings(self) -> Path:
        return self.kept / "findings"

    def prepare(self, seeds: Iterable[bytes], words: Iterable[bytes]) -> None:
        """Makes the folder, with these seeds and this dictionary in it."""
        for folder in (self.corpus, self.seeds, self.found, self.findings):
            folder.mkdir(parents=True, exist_ok=True)
        for old in (*self.seeds.iterdir(), *self.found.iterdir()):
            old.unlink()
        for octets in seeds:
            (self.seeds / _named(octets)).write_bytes(octets)
        self.dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words), encoding="ascii")

    def keep_finding(self, octets: bytes) -> Path:
        """Writes a finding down; the same one twice is one."""
        self.findings.mkdir(parents=True, exist_ok=True)
        path = self.findings / f"{self.target}-{_named(octets)}"
        path.write_bytes(octets)
        return path


def advice(finding: Path) -> str:
    """The command that runs a finding again."""
    inside = ROOT in finding.parents
    return f'make fuzz ARGS="replay {finding.relative_to(ROOT) if inside else finding}"'


def target_of(finding: Path) -> str:
    """The target whose finding that is, by its name."""
    return finding.name.rpartition("-")[0]


def _named(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()[:16]


def _escaped(word: bytes) -> str:
    """As libFuzzer's dictionaries write it."""
    return "".join(chr(one) if one < 0x80 and chr(one).isalnum() else f"\\x{one:02x}" for one in word)
