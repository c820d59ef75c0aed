"""Images are told by their octets, and put into the HTML that refers to them."""

import pytest

from mailweir.wire.mime import images
from mailweir.wire.mime.images import image_type, with_images

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b" GIF89a", None),
        (b"BM", None),
        (b"", None),
    ],
)
def test_an_image_is_told_by_how_it_begins(octets: bytes, kind: str | None) -> None:
    assert image_type(octets) == kind


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="cid:a@b">', '<img src="data:image/png;base64,iVBORw0KGgo=">'),
        ("<img src='CID:a%40b'>", "<img src='data:image/png;base64,iVBORw0KGgo='>"),
        ("url(cid:a@b)", "url(data:image/png;base64,iVBORw0KGgo=)"),
        ('<img src="cid:other">', '<img src="cid:other">'),
        ('<img src="cid:script">', '<img src="cid:script">'),
        ("acid:a@b placid", "acid:a@b placid"),
        ("cid:", "cid:"),
    ],
)
def test_references_become_the_images_that_came_along(html: str, expected: str) -> None:
    found = {"a@b": PNG, "script": b"<script>"}
    assert with_images(html, found.get) == expected


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_a_document_brings_no_more_than_so_many_octets(monkeypatch: pytest.MonkeyPatch, surplus: int) -> None:
    url = "data:image/png;base64,iVBORw0KGgo="
    monkeypatch.setattr(images, "INLINED_OCTETS", 3 * len(url) + surplus)
    assert with_images("cid:a " * 3, {"a": PNG}.get).count(url) == (2 if surplus < 0 else 3)
