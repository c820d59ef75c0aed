"""Mail as people who test mail get it, for tests and pictures of the pages."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

_HTML = """<!doctype html><html><body style="font-family:sans-serif;background:#f4f4f7;padding:24px">
<table width="100%"><tr><td style="background:#fff;padding:24px;border-radius:8px">
<h1 style="color:#22344e;font-size:22px">Welcome to Thing</h1>
<p>Confirm your address and you can start.</p>
<p><a href="https://thing.test/confirm?token=8Jq2" style="background:#22344e;color:#fff">Confirm</a></p>
<p style="color:#666">Your code is <b>493027</b>. It is good for ten minutes.</p>
</td></tr></table></body></html>"""


def letters() -> list[bytes]:
    """A receipt with a file, a code, a welcome in HTML; the newest last."""
    receipt = _letter(
        "Thing Shop <shop@thing.test>", "Your receipt № 1047", "Thank you. Find your receipt attached.\n"
    )
    receipt.add_attachment(b"%PDF-1.4\n", maintype="application", subtype="pdf", filename="receipt-1047.pdf")
    code = _letter("Thing <no-reply@thing.test>", "493027 is your sign-in code", "Your code is 493027.\n")
    welcome = _letter("Thing <hello@thing.test>", "Confirm your address", "Your code is 493027.\n")
    welcome.add_alternative(_HTML, subtype="html")
    return [bytes(one) for one in (receipt, code, welcome)]


def _letter(sender: str, subject: str, text: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, "Dana <dana@thing.test>", subject
    letter["Date"] = format_datetime(datetime(2026, 11, 24, 16, 40, tzinfo=UTC))
    letter.set_content(text)
    return letter
