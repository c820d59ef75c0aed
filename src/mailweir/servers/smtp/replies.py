"""How SMTP words what is decided elsewhere: one table."""

import math
from collections.abc import Mapping
from functools import lru_cache

from mailweir.model.message import QueueId
from mailweir.model.ruling import Action, Rule, Ruling
from mailweir.model.verdict import Verdict
from mailweir.policy.caps import Excess, Width
from mailweir.ports.errors import UnavailableError
from mailweir.wire.smtp.reply import Reply

STORE_FULL = Reply(452, "4.3.1", "No room for more mail just now, try again later")
STORE_AWAY = Reply(451, "4.3.0", "Mail cannot be kept just now, try again later")
NOT_OURS = Reply(550, "5.7.1", "This server does not take mail for that host")
OVERLOADED = Reply(451, "4.3.2", "More mail comes than can be kept just now, try again in a minute")
SHUTTING_DOWN = Reply(421, "4.3.2", "Shutting down, try again in a moment", closes=True)
TOO_MANY_SESSIONS = Reply(421, "4.3.2", "Too many connections, try again later", closes=True)
# In place of an answer that should come slowly, when too many others are held already.
CROWDED = Reply(421, "4.3.2", "Too many are kept waiting just now, try again later", closes=True)
MESSAGE_CROWDED = Reply(451, "4.3.2", "Too many are kept waiting just now, try again later")
PLACE_NEEDED = Reply(421, "4.3.2", "Idle, and others need this place, try again later", closes=True)
NO_MEMORY = Reply(452, "4.3.1", "Too much mail is on its way in just now, try again in a minute")
NO_ROOM = Reply(421, "4.3.1", "Too much mail is on its way in just now, try again in a minute", closes=True)
TOO_EARLY = Reply(554, "5.5.0", "Wait for the greeting before you speak (RFC 5321 3.1)", closes=True)
TOO_HASTY = Reply(554, "5.5.0", "Wait for 354 before you send the message (RFC 2920 3.1)", closes=True)
TOO_SLOW = Reply(421, "4.4.2", "Too slow, closing", closes=True)
TOO_LONG = Reply(421, "4.4.2", "This session has lasted long enough, closing", closes=True)
WRONG_LOGIN = Reply(535, "5.7.8", "Wrong user name or password")
# RFC 4954 §6: the client should not ask its user for another password, since this one may be right. Not 421:
# nothing is wrong with the session, and after 20 errors the conversation ends it anyway.
TOO_MANY_WRONG = Reply(454, "4.7.0", "Too many wrong passwords from your network, try again in a minute")
BUSY = Reply(454, "4.7.0", "Too many people are signing in just now, try again in a moment")
# RFC 4954 §6, RFC 3207 §4
SIGN_IN_FIRST = Reply(530, "5.7.0", "Sign in first: STARTTLS, unless on this machine, then AUTH")
# RFC 4954 §4: there is no second AUTH in a session, so that only another session is of use.
SIGNED_OUT = Reply(421, "4.7.0", "What this session signed in by is not valid any more, closing", closes=True)
OVER_QUOTA = Reply(
    452, "4.2.2", "The operations of this month are used up; the account's plan allows no more"
)
ELSEWHERE = Reply(550, "5.7.1", "The key of this session is for another address or domain")

_REFUSALS: Mapping[Verdict, Reply] = {
    Verdict.NOT_OURS: NOT_OURS,
    Verdict.STORE_FULL: STORE_FULL,
    Verdict.STORE_AWAY: STORE_AWAY,
    Verdict.OVERLOADED: OVERLOADED,
    Verdict.SIGN_IN_FIRST: SIGN_IN_FIRST,
    Verdict.WRONG_LOGIN: WRONG_LOGIN,
    Verdict.TOO_MANY_WRONG: TOO_MANY_WRONG,
    Verdict.BUSY: BUSY,
    Verdict.SIGNED_OUT: SIGNED_OUT,
    Verdict.OVER_QUOTA: OVER_QUOTA,
    Verdict.ELSEWHERE: ELSEWHERE,
}


_TOO_FAST: Mapping[Rule, str] = {
    Rule.ADDRESS: "Too many messages from your address",
    Rule.NETWORK: "Too many messages from your network",
    Rule.WIDE_NETWORK: "Too many messages from your network",
    Rule.HELLO: "Too many messages from hosts that call themselves as you do",
    Rule.SENDER_DOMAIN: "Too many messages from the sender's domain",
    Rule.SENDER_FAMILY: "Too many messages from the sender's domain",
    Rule.NULL_SENDER: "Too many messages without a sender from your address",
    Rule.FROM_DOMAIN: "Too many messages from the domain in From",
    Rule.REPLY_TO: "Too many messages with this Reply-To",
    Rule.INBOX: "Too many messages for this recipient",
    Rule.RECIPIENT_HOST: "Too many messages for this domain",
    Rule.ACCOUNT: "Too many messages for the holder of this address",
    Rule.FLOOD: "This looks like a flood that is under way",
}


_BANNED: Mapping[str, str] = {
    "network": "Your address is on the blocklist of this server",
    "domain": "The sender's domain is on the blocklist of this server",
    "sender": "The sender is on the blocklist of this server",
    "recipient": "This recipient is on the blocklist of this server",
    "hello": "The name in your greeting is on the blocklist of this server",
}


def of_ruling(ruling: Ruling) -> Reply:
    """What a peer is told whose mail is put off, or of whom nothing is taken for a while.

    The code in it finds the reason. 421 for a ban that nobody but a counter has decided: honest mail waits
    elsewhere until it is over, and does not bounce.
    """
    if ruling.rule is Rule.BAN:
        kind = ruling.subject.partition(" ")[0]
        return Reply(554 if kind == "network" else 550, "5.7.1", f"{_BANNED[kind]} [{ruling.code}]")
    what = _TOO_FAST[ruling.rule]
    if ruling.action is Action.BAN:
        minutes = math.ceil(ruling.seconds / 60)
        text = f"{what}, again and again; come back in {minutes} minutes [{ruling.code}]"
        return Reply(421, "4.7.1", text, closes=True)
    text = f"{what}; try again in {math.ceil(ruling.seconds)} seconds [{ruling.code}]"
    return Reply(450, "4.2.1", text) if ruling.rule is Rule.INBOX else Reply(451, "4.7.1", text)


def of_verdict(verdict: Verdict) -> Reply | None:
    """The reply for a verdict; None is the usual positive one."""
    return None if verdict is Verdict.ACCEPT else _REFUSALS[verdict]


_WHOSE: Mapping[Width, str] = {
    Width.ADDRESS: "your address",
    Width.NETWORK: "your network",
    Width.REGION: "the network of your provider",
}


@lru_cache(maxsize=16)
def too_many(excess: Excess) -> Reply:
    """The reply to a connection that is one too many."""
    what = "new connections in a minute" if excess.rate else "connections"
    text = f"Too many {what} from {_WHOSE[excess.width]} ({excess.most}), try again later"
    return Reply(421, "4.7.0", text, closes=True)


def queued(queue_id: QueueId) -> Reply:
    """The promise: what was sent is kept."""
    return Reply(250, "2.0.0", f"OK: queued as {queue_id}")


def not_kept(error: BaseException | None) -> Reply:
    """Nothing is promised; the client keeps the message and tries again."""
    return STORE_FULL if isinstance(error, UnavailableError) and error.full else STORE_AWAY
