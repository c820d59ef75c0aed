"""Whatever a mail contains: no view of it runs a script or fetches anything, nor does the server.

Every hostname in the world leads to a canary, and a script has many ways to tell of itself (see `watching`).
"""

import re

import pytest

from browser.house import House, address
from browser.mails import attaching_mail
from browser.views import LISTS, VIEWS, WITH_IMAGES
from browser.watching import Watch

FRAMED = [name for name, view in VIEWS.items() if view.framed]
ALONE = [name for name, view in VIEWS.items() if not view.framed]
CORPORA = ["scripts", "remote", "bleach", "justhtml"]

IMAGE = r"asked for (127\.0\.0\.1:\d+/\S+ as image|evil\.test/\S+\.png as \?|TLS)"
"""A request for one; a browser tells what it is for only to hosts that it trusts."""

SCRIPT = b"alert(1)"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
XSL = (
    b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?><xsl:stylesheet id="s" version="1.0" '
    b'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html xmlns="http://www.w3.org/'
    b'1999/xhtml"><script>alert(1)</script></html></xsl:template></xsl:stylesheet>'
)
FILES = {
    "page.html": ("text/html", b"<script>alert(1)</script>"),
    "utf7.html": ("text/html;charset=utf-7", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
    "page.xhtml": ("application/xhtml+xml", SVG),
    "image.svg": ("image/svg+xml", SVG),
    "image.png": ("image/png", SVG),
    "style.xml": ("text/xml", XSL),
    "run.js": ("text/javascript", SCRIPT),
    "run.mjs": ("application/javascript", SCRIPT),
    "both.gif": ("image/gif", b"GIF89a=1;alert(1);" + bytes(9)),
    "paper.pdf": (
        "application/pdf",
        b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    ),
    "film.swf": ("application/x-shockwave-flash", b"FWS\x09" + bytes(20)),
    "typeless": ("", b"<script>alert(1)</script>"),
    "mail.mht": ("multipart/related", b"<script>alert(1)</script>"),
    "style.css": ("text/css", b"*{background:url(//evil.test/x.png)}"),
}


def test_keeping_and_making_ready_to_be_shown_fetches_nothing(house: House) -> None:
    assert house.fetched == []


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_original_does_nothing_by_its_policy_alone(house: House, watch: Watch, corpus: str) -> None:
    watch.frame(house.paths(VIEWS["dirty"], corpus))
    assert watch.faults == []


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_sanitised_html_fetches_images_at_the_most_even_without_its_policy(
    house: House, unprotected: Watch, corpus: str
) -> None:
    unprotected.frame(house.paths(VIEWS["html"], corpus))
    assert [one for one in unprotected.faults if not re.fullmatch(IMAGE, one)] == []


def test_the_bare_body_does_nothing_even_without_its_policy(house: House, unprotected: Watch) -> None:
    unprotected.frame(house.paths(VIEWS["body"], "remote"))
    assert unprotected.faults == []


def test_the_sanitised_html_fetches_no_image(house: House, watch: Watch) -> None:
    watch.frame(house.paths(VIEWS["html"], "remote"))
    assert watch.faults == []


def test_who_asks_for_remote_images_gets_them_and_nothing_else(house: House, watch: Watch) -> None:
    watch.frame(house.paths(WITH_IMAGES, "remote"))
    assert len(watch.faults) >= 3
    assert [one for one in watch.faults if not re.fullmatch(IMAGE, one)] == []


@pytest.mark.parametrize("corpus", ["scripts", "remote"])
def test_a_document_does_nothing_as_a_page_of_its_own(house: House, watch: Watch, corpus: str) -> None:
    watch.open(house.paths(VIEWS["dirty"], corpus)[::4], touched=True)
    assert watch.faults == []


@pytest.mark.parametrize("view", FRAMED)
def test_the_words_of_a_message_do_nothing_in_a_frame_of_ours(house: House, watch: Watch, view: str) -> None:
    watch.frame(house.paths(VIEWS[view], "words"))
    assert watch.faults == []


@pytest.mark.parametrize("view", ALONE)
def test_the_words_of_a_message_do_nothing_where_nobody_may_frame_them(
    house: House, watch: Watch, view: str
) -> None:
    watch.open(house.paths(VIEWS[view], "words"), touched=VIEWS[view].kind != "page")
    assert watch.faults == []


@pytest.mark.parametrize("page", LISTS)
def test_a_list_of_messages_does_nothing(watch: Watch, page: str) -> None:
    watch.open([page.format(address=address("words"))], touched=False)
    assert watch.faults == []


def test_a_file_does_nothing_however_it_is_fetched(house: House, watch: Watch) -> None:
    house.drop("files", [attaching_mail(name, kind, content) for name, (kind, content) in FILES.items()])
    paths = house.paths(VIEWS["attachment"], "files")
    watch.open(paths, touched=True)
    watch.frame(paths)
    watch.embed(paths)
    assert watch.faults == []
