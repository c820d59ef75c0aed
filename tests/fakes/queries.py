"""Queries as a person might write them, and texts in which they find something."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from mailweir.model.query import After, And, Before, Has, Header, Not, Or, Query, Words

# Case, accents before and behind their letters, sharp s, final sigma, signs, words of the language itself.
VOCABULARY = (
    *(
        "ann",
        "Ann",
        "ÄNN",
        "ann's",
        "été",
        "ÉTÉ",
        "e\u0301te",
        "straße",
        "strasse",
        "ΟΔΌΣ",
        "οδός",
        "ёж",
        "Ёж",
        "еж",
    ),
    *(
        "123456",
        "foo_bar",
        "foo-bar",
        "foobar",
        "bar",
        "foo",
        "ann@x.test",
        "x.test",
        "order",
        "your",
        "Your",
    ),
    *("OR", "NOT", "AND", "NEAR", "日本語", "日本", "İstanbul", "istanbul", "ﬁne", "fine", "a\0b"),
    *("*", "^", "+", ":", "(", ")", "{}"),
)
MOMENTS = (0, 1_790_000_000_000, 1_790_000_000_001, 1_790_000_000_002, 1_800_000_000_000)
FEATURES = ("attachment", "code", "link")
FIELDS = ("subject", "from", "to", "cc", "text", "attachment")
HEADERS = (("x-campaign", "spring"), ("x-campaign", "Spring"), ("x-other", "spring sale"), ("x-other", ""))

pieces = st.lists(st.sampled_from(VOCABULARY), max_size=6).map(" ".join)
_searchable = pieces.map(lambda text: text.replace("\0", "")).map(
    lambda text: text if any(map(str.isalnum, text)) else f"{text}x"
)
_phrases = st.builds(Words, _searchable, st.sampled_from((None, *FIELDS)))
_prefixes = st.builds(
    Words,
    st.sampled_from(("ann", "foo", "été", "123", "οδό", "foo-bar", "日本語", "istan")),
    st.sampled_from((None, *FIELDS)),
    st.just(value=True),
)
terms = st.one_of(
    _phrases,
    _prefixes,
    st.builds(Has, st.sampled_from(FEATURES)),
    st.builds(Before, st.sampled_from(MOMENTS)),
    st.builds(After, st.sampled_from(MOMENTS)),
    st.sampled_from(HEADERS).map(lambda pair: Header(*pair)),
)
queries: st.SearchStrategy[Query] = st.recursive(
    terms,
    lambda inner: st.one_of(
        inner.filter(lambda one: not isinstance(one, Not)).map(Not),
        st.lists(inner, min_size=2, max_size=4).map(lambda many: And(tuple(many))),
        st.lists(inner, min_size=2, max_size=4).map(lambda many: Or(tuple(many))),
    ),
    max_leaves=5,
)


def written(query: Query) -> str:
    """A query as text, every operand in parentheses."""
    match query:
        case Words(text, field, prefix):
            return (f"{field}:" if field else "") + (f"{text}*" if prefix else _quoted(text))
        case Has(feature):
            return f"has:{feature}"
        case Before(moment) | After(moment):
            when = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)).isoformat()
            return f"{'before' if isinstance(query, Before) else 'after'}:{when}"
        case Header(name, value):
            return f"header:{name}={_quoted(value)}"
        case Not(operand):
            return f"-({written(operand)})"
        case And(operands):
            return " ".join(f"({written(one)})" for one in operands)
        case Or(operands):
            return " OR ".join(f"({written(one)})" for one in operands)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
