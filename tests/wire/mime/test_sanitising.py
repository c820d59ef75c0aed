"""What is left of an HTML mail before it is shown: nothing that runs, loads or leads away unseen."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.effort import LINEAR, cpu_seconds
from fakes.examples import examples
from mailweir.wire.mime.balance import NESTING
from mailweir.wire.mime.html import LENGTH
from mailweir.wire.mime.sanitising import REFERENCES, STRAYS, clean, without_links_and_images

REL = 'target="_blank" rel="noopener noreferrer nofollow ugc"'
MEBI = 1024 * 1024


def a_link(url: str) -> str:
    return clean(f'<a href="{url}">x</a>') or ""


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("", ""),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<p align=center>a<p>b", '<p align="center">a</p><p>b</p>'),
        ("<center><font color=red face=Arial size=2>a", '<font color="red" face="Arial" size="2">a</font>'),
        (
            '<table cellpadding=2 class=x id=y><tr><td bgcolor="#fff" colspan=2>a',
            '<td bgcolor="#fff" colspan="2">a</td>',
        ),
        ("<p dir=rtl lang=he title=t onclick=x>a", '<p dir="rtl" lang="he" title="t">a</p>'),
        ("<script>a</script><style>b</style><title>c</title><svg><a>d</a></svg>e", "e"),
        ("<iframe src=http://x.test>a</iframe><object data=x>b</object><embed src=y>", "b"),
        ("<form action=http://x.test><input name=a><button>b</button></form>", "<div>b</div>"),
        ("<meta http-equiv=refresh content=0><base href=http://x.test/><link rel=stylesheet href=x>a", "a"),
        ("<!--a--><![CDATA[b]]>c", "c"),
        ("<img src=https://x.test/1.gif alt=a onerror=b>", '<img src="https://x.test/1.gif" alt="a">'),
        ("<img src=cid:a@x.test>", '<img src="cid:a@x.test">'),
        ("<img src='data:image/png;base64,AA=='>", '<img src="data:image/png;base64,AA==">'),
        ("<img src='data:image/svg+xml,<svg>'>", "<img>"),
        ("<img src=/relative srcset=http://x.test>", "<img>"),
        ("<td background=http://x.test/>a</td>", "a"),
    ],
)
def test_a_page_is_made_fit_to_be_shown(html: str, shown: str) -> None:
    assert shown in (clean(html) or "")


@pytest.mark.parametrize("url", ["http://x.test/?a=1&amp;b=2", "HTTPS://x.test", "mailto:a@x.test", "cid:1"])
def test_a_link_opens_a_page_that_learns_nothing(url: str) -> None:
    assert f'href="{url}"' in a_link(url)
    assert 'target="_blank"' in a_link(url)
    assert 'rel="noopener noreferrer nofollow ugc"' in a_link(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " java&#10;script:alert(1)",
        "&#1;java&#3;script:alert(1)",
        "JaVaScRiPt&colon;alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "da&#9;ta:text/html,x",
        "data:image/png;base64,AA==",
        "file:///x",
        "/relative",
        "//x.test",
        "#top",
        "x",
    ],
)
def test_a_link_that_leads_elsewhere_is_text(url: str) -> None:
    assert "href" not in a_link(url)
    assert a_link(url).endswith(">x</a>")


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color: red; width: 100px", "color:red;width:100px"),
        ("width:calc(100% - 2px);color:RGB(1,2,3)", "width:calc(100% - 2px);color:RGB(1,2,3)"),
        ("position:fixed;top:0;z-index:9;color:red", "color:red"),
        ("background:url(http://x.test);color:red", "color:red"),
        ("background-color:url(http://x.test);color:red", "color:red"),
        ("background-color:image-set('http://x.test' 1x);color:red", "color:red"),
        ("background-color:u\\72l(http://x.test);color:red", "color:red"),
        ("list-style:url(http://x.test);content:url(x);cursor:url(x);color:red", "color:red"),
        ("width:expression(alert(1));-moz-binding:url(x);behavior:url(x);color:red", "color:red"),
        ("width:a(;position:fixed;);color:red", "color:red"),
        ("font-family:'a;url(x)';color:red", ""),
    ],
)
def test_a_style_can_not_load_and_stays_in_its_place(style: str, kept: str) -> None:
    shown = (clean(f'<p style="{style}">x</p>') or "").lower()
    assert kept.lower().replace(" ", "") in shown.replace(" ", "")
    assert not re.search(r"url|position|expression|image-set|http", shown)


def test_without_links_and_images_their_text_stays() -> None:
    html = '<p>a <a href="http://x.test">b</a><img src=cid:1 alt=c><td background=http://x.test><b>d</b>'
    assert without_links_and_images(html) == "<p>a b<b>d</b></p>"


@pytest.mark.parametrize("depth", [NESTING - 1, NESTING, NESTING + 1])
def test_a_page_that_nests_too_deep_is_not_shown(depth: int) -> None:
    html = "<div>" * depth + "a"
    assert (clean(html) is None) is (depth > NESTING)
    assert (without_links_and_images(html) is None) is (depth > NESTING)


@pytest.mark.parametrize("length", [LENGTH - 1, LENGTH, LENGTH + 1])
def test_a_page_that_is_too_long_is_not_shown(length: int) -> None:
    assert (clean("a" * length) is None) is (length > LENGTH)


@pytest.mark.parametrize("number", [REFERENCES - 1, REFERENCES, REFERENCES + 1])
def test_a_page_of_too_many_references_is_not_shown(number: int) -> None:
    assert (clean("&" * number) is None) is (number > REFERENCES)


@pytest.mark.parametrize("number", [STRAYS - 1, STRAYS, STRAYS + 1])
def test_a_page_of_too_many_strays_is_not_shown(number: int) -> None:
    assert (clean("<table>" + "<br>" * number) is None) is (number > STRAYS)


HOSTILE = {
    "nested divs": "<div>" * 50_000,
    "one attribute": '<a title="' + "a" * (MEBI - 20) + '">',
    "tables in formatting": "<table><b><p>" * 3000,
    "comments without end": "<!--" * (MEBI // 4),
    "angles": "<" * 1_000_000,
    "references": "&amp;" * 200_000,
    "distinct formatting": "".join(f"<p><b i={n}>" for n in range(50_000)),
    "attributes": "<a " + " ".join(f"a{n}" for n in range(100_000)) + ">",
    "strays": "<br>" * 50_000 + "<table>" + "a<br>" * 400,
    "paragraphs astray": "<table>" + "<p>" * 100_000,
    "words of a style": '<p style="(;' + "a" * 1_000_000 + '">',
    "brackets of a style": '<p style="' + "(" * 1_000_000 + '">',
    "declarations": '<p style="' + "a:(;" * 250_000 + '">',
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_are_cleaned_in_linear_time(html: str) -> None:
    assert cpu_seconds(lambda: clean(html)) < LINEAR


PIECES = st.lists(
    st.sampled_from(
        [
            "<svg>", "<math><mi//xlink:href='data:x,", "<style>", "</style>", "<!--", "-->", "<p title='",
            "'>", '">',
            "<script>", "</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:x'>", "<table>",
            "<td>", "</a>",
            "<noscript>", "</noscript>", "<template>", "<title>", "</title>", "<select>", "<![CDATA[", "]]>",
            "x", "\ud800",
        ]
    ),
    max_size=20,
).map("".join)  # fmt: skip


@given(st.text(max_size=100) | PIECES)
@examples(500)
def test_nothing_that_runs_is_left(html: str) -> None:
    for shown in (clean(html), without_links_and_images(html)):
        assert shown is not None
        for tag in re.findall(r"<[^<>]*>", shown):
            assert not re.match(r"</?(?:script|style|svg|math|template|iframe|title|noscript)\b", tag)
            assert not re.search(
                r"\s(?:on\w+|href|srcdoc)\s*=", re.sub(r'"[^"]*"', "", tag).replace(" href=", "=")
            )
