"""HTML mail: what is shown is what mail consists of, and nothing that runs, loads or leads away unseen.

The judge is another parser than the sanitiser's, with rules of its own that name what may stay.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailweir.wire.mime.balance import NESTING, balance
from mailweir.wire.mime.html import ANCHOR_TEXT, ANCHORS, IMAGES, read
from mailweir.wire.mime.sanitising import clean, without_links_and_images

_CORPUS = Path(__file__).parents[2] / "corpora" / "html"
# CSS Syntax §9.2: so a unit that begins with an e is written behind its number.
_UNIT = re.compile(r"(?<=[0-9])\\[46]5 ?")
_WORD = re.compile(r"\S+")
_TAGS = frozenset(
    _WORD.findall("""
        a abbr address article aside b bdi bdo big blockquote br caption center cite code dd del dfn div dl
        dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p
        pre q s samp section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr
    """)
)
_INERT = frozenset(
    _WORD.findall("""
        align alt bgcolor border cellpadding cellspacing clear color colspan dir face frame height hspace
        lang noshade nowrap rel reversed rowspan rules scope size start style target title type valign value
        vspace width
    """)
)
# What a browser takes off before it looks for the scheme: WHATWG URL §4.4.
_LEADING = re.compile(r"^[\x00-\x20]+|[\t\n\r]")
_LINK = re.compile(r"(?i:https?|mailto|cid):")
_SOURCE = re.compile(r"(?i:https?:|cid:|data:image/(?:png|jpeg|gif|webp)[;,])")
_LOADS = re.compile(
    r"(?i)(?:url|image|image-set|src|attr|element|expression)\(|@import|\\"
    r"|(?:^|;)\s*(?:behavior|-moz-binding|position|content|cursor|filter)\s*:"
)
_REL = 'rel="noopener noreferrer nofollow ugc"'
WORDS = (
    *(b"<a href=", b"<img src=", b"<p style=", b"<table>", b"<tr>", b"<td>", b"<svg>", b"<math>", b"<style>"),
    *(
        b"</style>",
        b"<script>",
        b"</script>",
        b"<title>",
        b"</title>",
        b"<template>",
        b"<select>",
        b"<option>",
    ),
    *(b"<noscript>", b"<textarea>", b"<xmp>", b"<iframe>", b"<!--", b"-->", b"--!>", b"<![CDATA[", b"]]>"),
    *(b"<mi//xlink:href='data:x,", b"<mglyph>", b"<annotation-xml>", b"<foreignObject>", b"<plaintext>"),
    *(
        b"onerror=alert(1)",
        b"javascript:",
        b"java&#10;script:",
        b"&colon;",
        b"&lt;",
        b"&#0;",
        b"data:image/png,",
    ),
    *(b"http://x.test", b"background:url(", b"color:red;", b"width:calc(1px)", b"u\\72l(", b"/>", b"'", b'"'),
    *(
        b"data:text/html,",
        b"http:",
        b"<li>",
        b"<dd>",
        b"<h1>",
        b"</p>",
        b"<form>",
        b"<caption>",
        b"<col>",
        b"<body>",
        b"<base href=",
        b"<b>",
    ),
)


def seeds() -> Iterator[bytes]:
    for name in ("scripts", "remote"):
        lines = (_CORPUS / f"{name}.txt").read_bytes().splitlines()
        yield from (line[:400] for line in lines[::9] if line and not line.startswith((b"#", b"@")))
    yield b"<table><tr><td bgcolor=#fff style='color: red'>a<td>b</table><p>c<p>d <a href=http://x.test>e</a>"
    yield b"<ul><li>a<li>b</ul><pre>c\n d</pre><img src=cid:a alt=e><div hidden>f</div>"
    yield b"<p>a<img src=data:image/png,AA== alt=b><img src='data:image/gif;base64,AA=='>"


def check(octets: bytes) -> None:
    html = octets.decode("utf-8", "surrogateescape")
    balanced = balance(html)
    assert balanced.depth <= NESTING + 1
    shown = clean(html, balanced)
    check_shown(shown or "")
    again = clean(shown or "") or ""
    check_shown(again)
    assert _letters(again) == _letters(shown or ""), "what is clean does not stay as it is"
    check_shown(without_links_and_images(html) or "", without={"a", "img"})
    _check_page(html)


def _letters(shown: str) -> list[str]:
    """What a person reads of it, in no order: a parser moves what stands astray in a table in front of it."""
    return sorted("".join(read(shown).text.split()))


def check_shown(shown: str, *, without: "frozenset[str] | set[str]" = frozenset()) -> None:
    """Whether another parser sees nothing in it but what may be shown."""
    body = LexborHTMLParser(f"<body>{shown}").body
    assert body is not None
    for node in body.traverse(include_text=False):
        if node.tag == "body":
            assert not node.attributes, node.attributes
            continue
        assert node.tag in _TAGS - without, f"<{node.tag}> is shown"
        _check_attributes(node)
    head = LexborHTMLParser(shown).head
    assert head is None or head.child is None, "something got into the head"


def _check_attributes(node: LexborNode) -> None:
    for name, written in node.attributes.items():
        value = _LEADING.sub("", written or "")
        if name == "href":
            assert node.tag == "a"
            assert _LINK.match(value), value
        elif name == "src":
            assert node.tag == "img"
            assert _SOURCE.match(value), value
        else:
            assert name in _INERT, f"{name} is shown"
        assert name != "style" or not _LOADS.search(_UNIT.sub("e", value)), value
    if node.tag == "a":
        assert node.attributes.get("target") == "_blank"
        assert f'rel="{node.attributes.get("rel")}"' == _REL


def _check_page(html: str) -> None:
    page = read(html)
    page.text.encode("utf-8")
    assert len(page.anchors) <= ANCHORS
    assert len(page.images) == len(set(page.images)) <= IMAGES
    assert page.limited in {"", "nesting", "length"}
    for anchor in page.anchors:
        assert anchor.url
        assert len(anchor.text) <= ANCHOR_TEXT
        assert "\n" not in anchor.text
