"""All real mail is digested, and read as the standard parser reads it, but for what a document lists."""

import msgspec
import pytest

from fakes.agreement import DOCUMENT, FIELDS, differences, document
from fakes.corpus import CORPUS_SIZE, the_corpus
from fakes.hostile import mutations
from mailweir.adapters.parser_pool.digesting import digest_of
from system.test_fidelity import the_interpreters_own


@pytest.mark.timeout(180)
def test_we_agree_with_the_standard_parser_but_for_what_is_listed() -> None:
    found = list(differences())
    for field in FIELDS:
        assert sum(one.field == field for one in found) <= CORPUS_SIZE // 100, field
    assert DOCUMENT.read_text("utf-8") == document(found, CORPUS_SIZE), (
        "write it anew: see fakes/agreement.py"
    )


@pytest.mark.timeout(300)
def test_all_real_mail_is_digested_whole() -> None:
    for raw in the_corpus() + the_interpreters_own():
        digest = digest_of(raw)
        assert digest.brief.state == "done", digest.brief.reasons
        msgspec.msgpack.encode(digest)


@pytest.mark.timeout(300)
def test_two_thousand_mutations_of_real_mail_are_digested() -> None:
    for raw in mutations(the_corpus(), 2000, seed=1):
        digest = digest_of(raw)
        assert digest.brief.state in {"done", "truncated"}
        msgspec.msgpack.encode(digest)
