"""SMTP conversations in any order, good and bad, cut and pipelined at will, against a model of them."""

import base64
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fuzz.conversing import Model
from mailweir.wire.smtp.dialog import Rules
from mailweir.wire.smtp.events import Authenticate, Event, Message, Recipient, StartTls
from mailweir.wire.smtp.grammar import Path
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import LONGEST_COMMAND, Server

LIMIT, RECIPIENTS = 30, 3
_UNWANTED = Reply(550, "5.1.1", "Not here")
_BAD_CREDENTIALS = Reply(535, "5.7.8", "Wrong")
# An argument as sent, whom it names, and how the refusal begins for strict and for lenient rules.
_SENDERS: Final = (
    ("FROM:<a@x.test>", "a@x.test", ("", "")),
    ("FROM:<>", None, ("", "")),
    ('FROM: <"a b"@x.test> SIZE=30 BODY=8BITMIME', "a b@x.test", ("", "")),
    ("FROM:<@r.test:a@x.test> SMTPUTF8 ENVID=a+2B", "a@x.test", ("", "")),
    ("FROM:a@x.test", "a@x.test", ("501 5.1.7", "")),
    ("FROM:<é@x.test>", "é@x.test", ("553 5.6.7", "")),
    ("FROM:<a@x.test> SIZE=31", None, ("552 5.3.4",) * 2),
    ("FROM:<a@x.test> SIZE=1 SIZE=1", None, ("501 5.5.4",) * 2),
    ("FROM:<a@x.test> BODY=BINARYMIME", None, ("555 5.5.4",) * 2),
    ("FROM:<a@x.test>SIZE=1", None, ("501 5.1.7",) * 2),
    ("TO:<a@x.test>", None, ("501 5.5.4",) * 2),
    ("FROM:<a@x..test>", None, ("501 5.1.7",) * 2),
)
_RECIPIENTS: Final = (
    ("TO:<b@y.test>", "b@y.test", ("", "")),
    ("TO:<c@y.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@y.test", "c@y.test", ("", "")),
    ("TO:<Postmaster>", "Postmaster@", ("", "")),
    ("TO:<nobody@y.test>", "nobody@y.test", ("", "")),
    ("TO:d@[192.0.2.1]", "d@[192.0.2.1]", ("501 5.1.3", "")),
    ("TO:<" + "l" * 65 + "@y.test>", "l" * 65 + "@y.test", ("501 5.1.3", "")),
    ("TO:<>", "", ("501 5.1.3",) * 2),
    ("TO:<b>", "", ("501 5.1.3",) * 2),
    ("TO:<b@y.test> NOTIFY=NEVER,DELAY", "", ("501 5.5.4",) * 2),
    ("TO:<b@y.test> X=1", "", ("555 5.5.4",) * 2),
    ("TO:<b@" + "l" * 64 + ".test>", "", ("501 5.1.3",) * 2),
)
_REPEATED: Final = (
    ("NOOP x", "idle", "250 2.0.0"),
    ("HELP", "idle", "214 2.0.0"),
    ("VRFY b", "idle", "252 2.1.5"),
    ("VRFY", "error", "501 5.5.4"),
    ("EXPN b", "error", "502 5.5.1"),
    ("DATA now", "error", "501 5.5.4"),
    ("QUIT now", "error", "501 5.5.4"),
    ("NOOP \x01", "error", "500 5.5.2"),
    ("XYZZY", "unknown", "500 5.5.1"),
)
_bodies = st.lists(
    st.sampled_from((b"a", b".", b"..", b"\r\n", b"\n", b"\r", b"\0", b"eight   ")), max_size=8
).map(b"".join)
_sizes = st.integers(1, 9) | st.just(1000)


class Conversation(RuleBasedStateMachine):
    """One connection after the other. What is `held` goes together with what is said next."""

    def __init__(self) -> None:
        super().__init__()
        self.connect(Rules("mx.test", LIMIT))

    @initialize(strict=st.booleans(), tls=st.booleans(), auth=st.booleans(), plain=st.booleans())
    def begin(self, *, strict: bool, tls: bool, auth: bool, plain: bool) -> None:
        self.connect(Rules("mx.test", LIMIT, strict, tls, auth, plain, RECIPIENTS))

    def connect(self, rules: Rules) -> None:
        self.house = rules
        self.server, self.model = Server(rules), Model(rules)
        self.held = b""
        self.expected: list[str] = []
        self.kept: list[Message] = []

    @precondition(lambda self: self.model.closed)
    @rule()
    def connect_again(self) -> None:
        self.flush(1000)
        self.connect(self.house)

    # --- what a client says ----------------------------------------------------------------

    @precondition(lambda self: not self.model.closed)
    @rule(
        verb=st.sampled_from(("EHLO", "HELO", "ehlo")),
        name=st.sampled_from(("c.test", "[192.0.2.1]", "a b", "")),
    )
    def hello(self, verb: str, name: str) -> None:
        right = bool(name) and " " not in name
        self.say(f"{verb} {name}", self.model.greets(verb.upper(), right=right))

    @precondition(lambda self: not self.model.closed)
    @rule(which=st.sampled_from(_SENDERS), size=_sizes, hold=st.booleans())
    def mail(self, which: "tuple[str, str | None, tuple[str, str]]", size: int, *, hold: bool) -> None:
        argument, sender, faults = which
        self.say(
            f"MAIL {argument}", self.model.mail(sender, faults[not self.house.strict]), size=size, hold=hold
        )

    @precondition(lambda self: not self.model.closed)
    @rule(which=st.sampled_from(_RECIPIENTS), size=_sizes, hold=st.booleans())
    def rcpt(self, which: "tuple[str, str, tuple[str, str]]", size: int, *, hold: bool) -> None:
        argument, path, faults = which
        self.say(
            f"RCPT {argument}", self.model.rcpt(path, faults[not self.house.strict]), size=size, hold=hold
        )

    @precondition(lambda self: not self.model.closed)
    @rule(body=_bodies)
    def whole_message(self, body: bytes) -> None:
        self.open_transaction(hold=True)
        self.data(body, 1000, hold=False)

    @precondition(lambda self: not self.model.closed)
    @rule(hold=st.booleans())
    def open_transaction(self, *, hold: bool) -> None:
        """Whatever was said before: at random, that comes too seldom."""
        self.say("HELO c", self.model.greets("HELO", right=True), hold=True)
        self.mail(_SENDERS[0], 1000, hold=True)
        self.rcpt(_RECIPIENTS[0], 1000, hold=hold)

    @precondition(lambda self: not self.model.closed)
    @rule(body=_bodies, size=_sizes, hold=st.booleans())
    def data(self, body: bytes, size: int, *, hold: bool) -> None:
        begun = self.model.data()
        self.say("DATA", begun, size=size, hold=hold or begun.startswith("354"))
        if begun.startswith("354"):
            # A body ends its last line; the dots that begin a line are doubled.
            content = body + b"\r\n" if body and not body.endswith(b"\r\n") else body
            stuffed = (b"." + content if content.startswith(b".") else content).replace(b"\r\n.", b"\r\n..")
            self.send(stuffed + b".\r\n", [self.model.content(content)], size=size, hold=hold)

    @precondition(lambda self: not self.model.closed)
    @rule(chunk=_bodies, last=st.booleans(), size=_sizes, hold=st.booleans())
    def bdat(self, chunk: bytes, size: int, *, last: bool, hold: bool) -> None:
        command = b"BDAT %d%s\r\n" % (len(chunk), b" LAST" if last else b"")
        self.send(command + chunk, [self.model.bdat(chunk, last=last)], size=size, hold=hold)

    @precondition(lambda self: not self.model.closed)
    @rule(hold=st.booleans())
    def rset(self, *, hold: bool) -> None:
        self.say("RSET", self.model.rset(), hold=hold)

    @precondition(lambda self: not self.model.closed)
    @rule(which=st.sampled_from(_REPEATED), times=st.integers(1, 12))
    def repeat(self, which: tuple[str, str, str], times: int) -> None:
        line, kind, usual = which
        for _ in range(times):
            if not self.model.closed:
                said = self.model.unknown() if kind == "unknown" else getattr(self.model, kind)(usual)
                self.say(line, said, hold=True)
        self.flush(1000)

    @precondition(lambda self: not self.model.closed)
    @rule()
    def bare_newline(self) -> None:
        said = self.model.error("500 5.5.2") if self.house.strict else self.model.idle("250 2.0.0")
        self.send(b"NOOP\n", [said])

    @precondition(lambda self: not self.model.closed)
    @rule(
        how=st.sampled_from(
            (b"QUIT\r\n", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01", b"x" * LONGEST_COMMAND, b"BDAT x\r\n")
        )
    )
    def leave(self, how: bytes) -> None:
        self.flush(1000)
        model = self.model
        last = {b"Q": "221 2.0.0", b"G": "421 4.7.0"}.get(how[:1])
        wrong = {b"\x16": "421 4.7.0", b"x": "500 5.5.2", b"B": "501 5.5.4"}
        if last is None and how.startswith(b"\x16"):
            last = wrong[b"\x16"]
        self.send(how, [model.last(last) if last else model.error(wrong[how[:1]], closes=True)])

    @precondition(lambda self: not self.model.closed)
    @rule()
    def starttls(self) -> None:
        self.flush(1000)
        self.say("STARTTLS", self.model.starttls())

    @precondition(lambda self: not self.model.closed)
    @rule(
        user=st.sampled_from(("bob", "nobody")),
        way=st.sampled_from(("initial", "plain", "login", "cancel", "bad", "other")),
    )
    def auth(self, user: str, way: str) -> None:
        if refusal := self.model.auth_refusal():
            self.say("AUTH PLAIN", self.model.error(refusal))
            return
        plain = base64.b64encode(f"\0{user}\0secret".encode()).decode()
        if way == "other":
            self.say("AUTH CRAM-MD5", self.model.error("504 5.5.4"))
        elif way == "initial":
            self.say(f"AUTH plain {plain}", self.model.credentials(user))
        elif way == "login":
            self.say("AUTH LOGIN", "334 VXNlcm5hbWU6")
            self.say(base64.b64encode(user.encode()).decode(), "334 UGFzc3dvcmQ6")
            self.say("=", self.model.credentials(user))
        else:
            self.say("AUTH PLAIN", "334 ")
            said = {"cancel": ("*", "501 5.7.0"), "bad": ("AGFue", "501 5.5.2")}.get(way)
            self.say(
                *((said[0], self.model.error(said[1])) if said else (plain, self.model.credentials(user)))
            )

    # --- how it is said --------------------------------------------------------------------

    def say(self, line: str, expected: str, *, size: int = 1000, hold: bool = False) -> None:
        self.send(f"{line}\r\n".encode(), [expected], size=size, hold=hold)

    def send(self, octets: bytes, expected: list[str], *, size: int = 1000, hold: bool = False) -> None:
        """Octets and how the replies to them begin; with `hold` they go together with the next ones."""
        self.held += octets
        self.expected += expected
        if not hold or self.model.closed:
            self.flush(size)

    def flush(self, size: int) -> None:
        """Sends all that is held, so many octets at a time, and compares."""
        said = b""
        for at in range(0, len(self.held), size):
            self.server.feed(self.held[at : at + size])
            while (event := self.server.next_event()) is not None:
                if isinstance(event, StartTls):
                    self.server.secured()
                else:
                    self.server.answer(self.answer(event))
            said += self.server.output()
        replies = [line for line in said.decode().split("\r\n")[:-1] if line[3] == " "]
        assert len(replies) == len(self.expected), (replies, self.expected)
        for reply, expected in zip(replies, self.expected, strict=True):
            assert reply.startswith(expected), (reply, expected)
        self.held, self.expected = b"", []
        self.compare(said)

    def answer(self, event: Event) -> Reply | None:
        match event:
            case Recipient(Path(local)) if local.startswith("no"):
                return _UNWANTED
            case Authenticate(username="nobody"):
                return _BAD_CREDENTIALS
            case Message():
                self.kept.append(event)
            case _:
                pass
        return None

    def compare(self, said: bytes) -> None:
        server, model = self.server, self.model
        kept = [(_named(one.sender), tuple(map(_named, one.recipients)), one.content) for one in self.kept]
        assert kept == model.kept
        assert server.closing == model.closed
        if model.closed:
            return
        assert (server.buffered, server.receiving) == (0, False)
        assert (server.tls, server.authenticated) == (model.tls, model.user)
        assert (server.hello is not None) == bool(model.hello)
        if said.startswith(b"250-mx.test") and said.count(b"\r\n250 ") == 1:
            assert (b"STARTTLS" in said) == (self.house.tls and not model.tls)
            assert (b"AUTH PLAIN" in said) == (model.offers_auth and model.user is None)

    @invariant()
    def nothing_is_owed(self) -> None:
        assert self.held or not self.server.output()

    def teardown(self) -> None:
        self.flush(1000)


def _named(path: Path | None) -> str | None:
    return None if path is None else f"{path.local}@{path.domain}"


MACHINE = Conversation
