"""Ways to ask a mail server to send mail on, and what ours does instead.

`ours.test` is a base domain of the server, `far.test` is not.
"""

from typing import Final, NamedTuple

_WIDE_AT: Final = "\N{FULLWIDTH COMMERCIAL AT}"
_WIDE_DOT: Final = "\N{IDEOGRAPHIC FULL STOP}"


class Shape(NamedTuple):
    """What follows `RCPT TO:`, the public door's answer, and the inbox that submission captures it in.

    None: it is refused there, too. `kept` is the inbox that the public door keeps it in.
    """

    recipient: str
    public: int
    captured: str | None
    kept: str = ""


def _refused(*recipients: str, code: int = 501) -> list[Shape]:
    """What is an address nowhere."""
    return [Shape(one, code, None) for one in recipients]


def _far(recipient: str, inbox: str) -> Shape:
    """Mail for somebody else's host."""
    return Shape(recipient, 550, inbox)


def _ours(recipient: str, inbox: str) -> Shape:
    """A strange spelling of an address of ours: kept under it, whatever it wants to say."""
    return Shape(recipient, 250, inbox, inbox)


SHAPES: Final = [
    # Somebody else's address, plainly and in other words.
    _far("<victim@far.test>", "victim@far.test"),
    _far("<VICTIM@FAR.TEST>", "victim@far.test"),
    _far("<victim+tag@far.test>", "victim@far.test"),
    _far('<"victim"@far.test>', "victim@far.test"),
    _far("<victim@deep.below.far.test>", "victim@deep.below.far.test"),
    _far("<victim@ours.test.far.test>", "victim@ours.test.far.test"),
    _far("<victim@not-ours.test>", "victim@not-ours.test"),
    _far("<victim@localhost>", "victim@localhost"),
    _far("<victim@far.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;victim@ours.test", "victim@far.test"),
    # Address literals (RFC 5321 §4.1.3) and numbers.
    _far("<victim@[127.0.0.1]>", "victim@[127.0.0.1]"),
    _far("<victim@[IPv6:::1]>", "victim@[ipv6:::1]"),
    _far("<victim@[IPv6:::ffff:127.0.0.1]>", "victim@[ipv6:::ffff:127.0.0.1]"),
    _far("<victim@127.0.0.1>", "victim@127.0.0.1"),
    _far("<victim@2130706433>", "victim@2130706433"),
    _far("<victim@0x7f000001>", "victim@0x7f000001"),
    *_refused("<victim@[127.0.0.1>", "<victim@127.0.0.1]>", "<victim@[far.test]>", "<victim@[127.0.0.1]:25>"),
    *_refused("<victim@[127.0.0.1]@ours.test>", "<victim@#2130706433>", "<victim@[]>"),
    # Source routes (RFC 5321 §4.1.1.3), which are ignored.
    _far("<@ours.test:victim@far.test>", "victim@far.test"),
    _far("<@ours.test,@hop.test:victim@far.test>", "victim@far.test"),
    _far("<@[127.0.0.1]:victim@far.test>", "victim@far.test"),
    _far("<@ours.test:victim%hop.test@far.test>", "victim%hop.test@far.test"),
    _ours("<@far.test:victim@ours.test>", "victim@ours.test"),
    _ours("<@far.test,@hop.test:victim@ours.test>", "victim@ours.test"),
    *_refused("<@far.test>", "<@far.test:>", "<@ours.test:@far.test>", "<ours.test:victim@far.test>"),
    # The percent hack (RFC 1123 §5.2.16).
    _ours("<victim%far.test@ours.test>", "victim%far.test@ours.test"),
    _ours("<victim%far.test%hop.test@ours.test>", "victim%far.test%hop.test@ours.test"),
    _ours('<"victim%far.test"@ours.test>', "victim%far.test@ours.test"),
    *_refused("<victim%[127.0.0.1]@ours.test>", "<victim%far.test>"),
    *_refused("<victim@far.test%ours.test>", "<victim@ours.test%far.test>"),
    # Bang paths of UUCP (RFC 976).
    _ours("<far.test!victim@ours.test>", "far.test!victim@ours.test"),
    _ours("<hop!far.test!victim@ours.test>", "hop!far.test!victim@ours.test"),
    _ours('<"far.test!victim"@ours.test>', "far.test!victim@ours.test"),
    _ours("<far.test!victim%hop.test@ours.test>", "far.test!victim%hop.test@ours.test"),
    _far("<ours.test!victim@far.test>", "ours.test!victim@far.test"),
    *_refused("<far.test!victim>", "<ours.test!far.test!victim>", "<victim@far.test!ours.test>"),
    # More than one @, in quotes and without.
    _ours('<"victim@far.test"@ours.test>', '"victim@far.test"@ours.test'),
    _ours('<"victim\\@far.test"@ours.test>', '"victim@far.test"@ours.test'),
    _ours('<"@far.test:victim"@ours.test>', '"@far.test:victim"@ours.test'),
    _ours('<"victim@far.test "@ours.test>', '"victim@far.test "@ours.test'),
    *_refused("<victim@far.test@ours.test>", "<victim@ours.test@far.test>", "<victim@@far.test>"),
    *_refused("<victim\\@far.test@ours.test>", '<"victim@far.test">', '<""@far.test>', "<victim@far.test@>"),
    # Dots, ports, lists, comments and other ends.
    *_refused("<victim@far.test.>", "<victim@ours.test.>", "<victim@.far.test>", "<victim@far..test>"),
    *_refused("<victim@ours.test:25>", "<victim@far.test:2525>", "<victim@ours.test/far.test>"),
    *_refused("<victim@far.test,ours.test>", "<victim@far.test;ours.test>", "<victim@ours.test(far.test)>"),
    *_refused("<victim(far.test)@ours.test>", "<victim@ours.test victim@far.test>", "<victim@far.test"),
    *_refused("<victim@ours.test>,<victim@far.test>", "<victim@ours.test> <victim@far.test>"),
    *_refused("<victim@ours.test>victim@far.test", "< victim@far.test>", "<>", "<@>", "<victim>"),
    *_refused("<victim@>", "<@victim>"),
    _ours("<victim=far.test@ours.test>", "victim=far.test@ours.test"),
    _ours("<victim+far.test@ours.test>", "victim@ours.test"),
    _ours("<victim@ours.test> ORCPT=rfc822;victim@far.test NOTIFY=SUCCESS", "victim@ours.test"),
    # Without brackets: the submission door is lenient with scripts.
    Shape("victim@far.test", 501, "victim@far.test"),
    *_refused("@ours.test:victim@far.test"),
    # UTF-8 without SMTPUTF8 (RFC 6531 §3.5), which again only the lenient door lets pass.
    Shape("<víctim@far.test>", 553, "víctim@far.test"),
    Shape("<victim@fär.test>", 553, "victim@xn--fr-via.test"),
    Shape(f"<victim{_WIDE_AT}far.test@ours.test>", 553, f"victim{_WIDE_AT}far.test@ours.test"),
    *_refused(f"<victim{_WIDE_AT}far.test>", f"<victim@far{_WIDE_DOT}test>"),
    *_refused("<victim@ours.test\x00.far.test>", "<victim@ours.test\x08>", code=500),
]
