"""HTML mail as text and links: what a person would see, and that no mail takes the parser's time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from fakes.effort import LINEAR, cpu_seconds
from fakes.examples import examples
from mailweir.wire.mime.balance import NESTING, balance, nesting
from mailweir.wire.mime.html import (
    ANCHOR_TEXT,
    ANCHORS,
    IMAGES,
    LENGTH,
    Anchor,
    read,
)

MEBI = 1024 * 1024


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<p>a<p>b", "a\n\nb"),
        ("<div>a</div><div>b</div>c", "a\nb\nc"),
        ("<h1>a</h1>b<hr>c", "a\n\nb\nc"),
        ("a<br>b<br><br><br><br>c", "a\nb\n\nc"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("a \n\t b  <b> c</b>", "a b c"),
        ("<b>a</b><i>b</i>", "ab"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "- a\n- b\n- c\nd"),
        ("<ul><li></li><li><p>a</p></li></ul>", "- a"),
        ("<pre>\n a\n   b\n\n\n\nc</pre>d", " a\n   b\n\nc\n\nd"),
        ("&lt;b&gt; &amp;amp; &euro;&#x41;&#66;", "<b> &amp; €AB"),
        ("1 < 2 << 3 <3 <", "1 < 2 << 3 <3 <"),
        # what is never seen
        ("<head><title>t</title><style>s</style></head><body>b<script>'<p>'</script>", "b"),
        ("a<noscript>n</noscript><template><p>t</p></template><svg><p>s</p></svg>b", "ab"),
        ("a<SCRIPT type=x>1</p></ScRipT >b<style>p<!--</style>c", "abc"),
        ("<svg/>a<template>b<template>c</template>d</template>e", "ae"),
        ("<!-- a --><!--> b <!--[if mso]><p>c</p><![endif]--><![if !mso]>d<![endif]><!---->e<!-- f", "b de"),
        ('<div style="max-height:0; DISPLAY : none">preheader</div>a<p hidden>b</p>', "a"),
        ("a<title>never ended", "a"),
        ('a<b title="never ended', "a"),
        # characters that are not seen
        ("1&#8203;2&shy;3&zwnj;4&#847;5\ufeff6\u20607&lrm;8\x00\x01", "12345678"),
        ("a&nbsp;b\u2003c", "a b c"),
        ("\ud800", "?"),
        # tables
        (
            "<table><tr><td>Order</td><td>4711</td></tr><tr><td>Total<td>9</table>x",
            "Order\t4711\nTotal\t9\nx",
        ),
        ("<table><tr><td><p>a</p></td><td> <div>b</div></td></tr></table>", "a\tb"),
        ("<table><tr><td>a</td></tr><tr><td></td><td>&nbsp;</td><td>b</td></tr></table>", "a\nb"),
        ("<table><tr><td>a</td><td></td><td>b</td></tr></table>", "a\tb"),
        ("<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table>", "a\nb\tc\td"),
        ("<td>a</td><tr>b", "ab"),
        ("<table>a<tr><td>b", "a\nb"),
        ("<table><tr><td>a<table><td>b</table><tr><td>c</table>", "a\nb\nc"),
        # one-time codes
        ("<table><tr>" + "".join(f"<td> <b>{n}</b> </td>" for n in range(1, 7)), "1\t2\t3\t4\t5\t6"),
        ("".join(f"<span class=d>{n}</span>" for n in range(1, 7)), "123456"),
        # closed in the wrong order
        ("<b><p>a</b>b</p>c", "a\n\nbc"),
        ("<div><span></div>a</span></p>b", "ab"),
        ("<html><body><p>a</body></html><p>b", "a\n\nb"),
    ],
)
def test_the_text_is_what_a_person_would_see(html: str, text: str) -> None:
    assert read(html).text == text


def test_links_are_told_in_document_order() -> None:
    page = read(
        '<a href=" https://x.test/?a=1&amp;b=2 "> Confirm <b>my</b>\n<div>address</div></a><a name=top>'
        '<a href=/relative><img alt="Our  shop" src=cid:1></a><a href="">none</a>'
        '<p hidden><a href=http://trap.test>x</a></p><a href="mailto:a@x.test"><a HREF=#>y'
    )
    assert page.anchors == (
        Anchor("https://x.test/?a=1&b=2", "Confirm my address"),
        Anchor("/relative", "Our shop"),
        Anchor("mailto:a@x.test", ""),
        Anchor("#", "y"),
    )


def test_images_are_told_once() -> None:
    page = read(
        "<img src=http://x.test/1><IMG SRC=' cid:a '><img src=data:image/png,><img src=http://x.test/1><img>"
    )
    assert page.images == ("http://x.test/1", "cid:a")


@pytest.mark.parametrize(
    ("html", "depth"),
    [
        ("a<br><img>", 0),
        ("<p>a<p>b<p>c", 1),
        ("<ul><li>a<li>b", 2),
        ("<table><tr><td>a<td>b<tr><td>c", 3),
        ("<div><div></div></div><div>", 2),
        ("</div></div><div>", 1),
        ("<!--<div><div>--><script>'<div><div>'</script><div>", 1),
        ('<div title="<div><div>">', 1),
        ("<style><!--</style><div><div>-->", 2),
    ],
)
def test_nesting_is_counted_as_elements_end(html: str, depth: int) -> None:
    assert nesting(html) == depth


@pytest.mark.parametrize("depth", [NESTING - 1, NESTING, NESTING + 1, 5000])
def test_a_page_that_nests_too_deep_is_text_only(depth: int) -> None:
    page = read("<a href=#>x</a><br>" + "<div>" * depth + "a &amp; b<br>c")
    too_deep = depth > NESTING
    assert page.text == "x\na & b\nc"
    assert page.limited == ("nesting" if too_deep else "")
    assert len(page.anchors) == (0 if too_deep else 1)


@pytest.mark.parametrize("depth", [NESTING - 1, NESTING, NESTING + 1])
def test_nesting_is_not_counted_past_its_limit(depth: int) -> None:
    assert nesting("<div>" * depth) == depth
    assert nesting("<div>" * 2 * depth) == NESTING + 1


@pytest.mark.parametrize(("length", "limited"), [(LENGTH - 1, ""), (LENGTH, ""), (LENGTH + 1, "length")])
def test_a_page_is_read_up_to_its_limit(length: int, limited: str) -> None:
    page = read("a" * (length - 1) + "z")
    assert page.limited == limited
    assert page.text.endswith("a" if limited else "z")


@pytest.mark.parametrize("number", [ANCHORS - 1, ANCHORS, ANCHORS + 1])
def test_links_are_told_up_to_their_limit(number: int) -> None:
    page = read("<a href=http://x.test>x</a>" * number)
    assert len(page.anchors) == min(number, ANCHORS)
    assert page.limited == ("length" if number > ANCHORS else "")


@pytest.mark.parametrize("number", [IMAGES - 1, IMAGES, IMAGES + 1])
def test_images_are_told_up_to_their_limit(number: int) -> None:
    page = read("".join(f"<img src=http://x.test/{n}>" for n in range(number)))
    assert len(page.images) == min(number, IMAGES)
    assert page.limited == ("length" if number > IMAGES else "")


@pytest.mark.parametrize("length", [ANCHOR_TEXT - 1, ANCHOR_TEXT, ANCHOR_TEXT + 1])
def test_the_text_of_a_link_is_told_up_to_its_limit(length: int) -> None:
    assert len(read(f"<a href=#>{'x' * length}</a>").anchors[0].text) == min(length, ANCHOR_TEXT)


def test_no_tag_keeps_more_attributes_than_parsers_compare() -> None:
    written = balance("<p " + " ".join(f"a{n}=1" for n in range(100)) + ">x</p>").html
    assert written.count("=1") == 64
    assert written.endswith(">x</p>")


def test_what_stands_in_a_table_outside_its_cells_is_counted() -> None:
    assert balance("<table> <tr> <td>a</td>\n</tr></table>").strays == 0
    assert balance("<table>a<b>b</b><tr>c<td>d</table>").strays == 3
    assert balance("<table><p><p><p>").strays == 3


HOSTILE = {
    "nested divs": "<div>" * 50_000,
    "one attribute": '<a title="' + "a" * MEBI + '">',
    "tables in formatting": "<table><b><p>" * 3000,
    "comments without end": "<!--" * (MEBI // 4),
    "angles": "<" * 1_000_000,
    "references": "&amp;" * 200_000,
    "distinct formatting": "".join(f"<p><b i={n}>" for n in range(50_000)),
    "attributes": "<a " + " ".join(f"a{n}" for n in range(100_000)) + ">",
    "attributes of html": "".join(f"<html a{n}>" for n in range(50_000)),
    "strays": "<table>" + "a<br>" * 50_000,
    "paragraphs astray": "<table>" + "<p>" * 100_000,
    "options": "<select>" + "<option>x" * 100_000,
    "ends without begin": "<div>" * 199 + "</b></td>" * 50_000,
    "ends out of scope": "<b><table><tr><td>" + "<div>" * 190 + "</b>" * 50_000,
    "cells": "<table><tr>" * 60 + "<td>1" * 50_000,
    "quotes": "<a b='\">" * 100_000,
    "raw text without end": "<script " * 100_000 + "<title>" * 100_000,
    "lines of pre": "<pre>" + "\n" * 500_000,
    "slashes": "<a" + "/" * MEBI + ">",
    "equals": "<a " + "= " * 500_000 + ">",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_are_read_in_linear_time(html: str) -> None:
    assert cpu_seconds(lambda: read(html)) < LINEAR


TAGS = (
    "<table> <tr> <td> </td> </tr> </table> <b> </b> <p> </p> <a/href=x> </a> <div> </div> <li> <ul> </ul>"
    " <select> </select> <svg> <template> <!-- --> <pre> </pre> <br> <caption> <tbody> <h1> </h1> <span>"
    " </span> <script> </script> x &amp; < > <form> </form> <body> <img\tsrc=cid:1> <td\thidden> \n \ud800 \0"
    " <a' <a\" <dd> <dt> <font\tx=1> </font> <plaintext> <math> <frameset> <object> <marquee> </p/> <x:y>"
)
MARKUP = st.lists(st.sampled_from(TAGS.split(" ")), max_size=40).map("".join)


@given(st.text(max_size=200) | MARKUP)
@examples(1000)
def test_any_page_is_read(html: str) -> None:
    page = read(html)
    assert page.limited == ""
    assert "\n\n\n" not in page.text
    assert page.text.isascii() or page.text.encode()


@given(MARKUP)
@examples(500)
def test_what_is_balanced_stays_as_it_is(html: str) -> None:
    once = balance(html)
    twice = balance(once.html)
    assert (twice.html, twice.depth) == (once.html, once.depth)
    assert twice.strays <= once.strays


@given(MARKUP)
@examples(1000)
def test_a_parser_builds_no_more_than_what_is_written(html: str) -> None:
    balanced = balance(html).html
    root = LexborHTMLParser(balanced).root
    assert root is not None
    implied = ("html", "head", "body", "tbody", "tr", "-comment")
    built = [node.tag for node in root.traverse() if node.tag not in implied]
    assert len(built) <= len(re.findall(r"<(?!tr\b|tbody\b)[a-z]", balanced))
