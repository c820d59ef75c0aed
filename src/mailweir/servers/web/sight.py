"""One message as a person looks at it, by whatever page he came: its views, and its HTML for a frame."""

from dataclasses import dataclass
from typing import Final

from litestar import Response

from mailweir.model.address import Inbox
from mailweir.model.digest import Digest
from mailweir.model.message import MessageId, Summary
from mailweir.policy.visibility import Reader
from mailweir.servers.web import views
from mailweir.servers.web.door import Door
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, there
from mailweir.servers.web.isolation import document, note, text_document
from mailweir.services.reading import PendingError

VIEWS: Final = ("html", "text", "source", "headers")
"""The ways to look at a message."""

_SOURCE_OCTETS: Final = 256 * 1024  # a browser shows more only slowly; the download has all of it
_TEXT: Final = 256 * 1024  # characters, for the same reason


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks at which message, and where its page and its attachments are served."""

    door: Door
    reader: Reader
    inbox: Inbox
    message: MessageId
    page_url: str
    files_url: str

    async def summary(self) -> Summary:
        """What a list shows of it. Raises NotFoundError."""
        return there(await self.door.reading.find(self.reader, self.inbox, self.message), NO_SUCH_MESSAGE)

    async def values(self, summary: Summary, view: str, *, images: bool) -> dict[str, object]:
        """What `message.html` shows in one of VIEWS; without the digest while that is being made.

        Raises NotFoundError.
        """
        try:
            digest = await self.door.showing.digest(self.reader, self.inbox, self.message)
        except PendingError:
            digest = None
        shown = view if view in VIEWS else "html" if digest is not None and digest.html else "text"
        values = self._values(summary, digest) | {"view": shown, "images": images}
        if shown == "source":
            raw = await self.raw()
            values |= {"source": views.source(raw[:_SOURCE_OCTETS]), "cut": len(raw) > _SOURCE_OCTETS}
        elif shown == "headers":
            values |= {"headers": await self._headers(digest)}
        return values

    async def frame(self, *, images: bool) -> Response[bytes]:
        """The sanitised HTML as a document of its own. Images are fetched only when asked for.

        Raises NotFoundError.
        """
        showing = self.door.showing
        digest = there(await showing.digest(self.reader, self.inbox, self.message), NO_SUCH_MESSAGE)
        clean = await showing.clean_html(self.reader, self.inbox, self.message, digest)
        html = there(clean, NO_SUCH_MESSAGE)
        return document(html or text_document(_text(digest)), remote_images=images)

    async def raw(self) -> bytes:
        """The whole message. Raises NotFoundError."""
        return there(await self.door.reading.raw(self.reader, self.inbox, self.message), NO_SUCH_MESSAGE)

    async def _headers(self, digest: Digest | None) -> list[tuple[str, str]]:
        if digest is None:
            return []
        found = await self.door.showing.headers(self.reader, self.inbox, self.message)
        return [(name, views.visible(value)) for name, value in found or ()]

    def _values(self, summary: Summary, digest: Digest | None) -> dict[str, object]:
        return {
            "facts": self.door.facts,
            "row": views.row(summary, self.door.facts.now()),
            "page_url": self.page_url,
            "fields": views.fields(summary),
            "digest": digest,
            "text": _text(digest)[:_TEXT] if digest is not None else "",
            "cut": digest is not None and len(digest.text) > _TEXT,
            "codes": [views.visible(code.value) for code in summary.brief.codes] if summary.brief else [],
            "actions": views.actions(summary),
            "files": views.files(digest, self.files_url) if digest is not None else [],
            "remote": digest is not None and "<img" in digest.html,
        }


def _text(digest: Digest) -> str:
    return note(digest.brief.reasons) if digest.brief.state == "failed" else digest.text
