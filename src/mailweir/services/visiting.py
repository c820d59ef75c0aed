"""One peer's mail as the throttles see it: whose is slowed or put off, by what it costs others.

    visit = Visit(throttling, ip)             # one for each connection
    ruling = visit.welcome()
    visit.hello(name)
    visit.begin(sender)
    ruling = visit.recipient(inbox)           # the sender is judged here, when it is known whom it hits
    ruling = visit.content(octets)
    visit.told(ruling, inboxes, reply)

A Ruling, or None when mail may go on. Nothing here waits, and every table has a bound. First it asks the
blocklist, then it counts how often each thing came that the sender has (`policy/tiers`), then what many
senders have in common (`policy/heavy_hitters`). Under suspicion whoever comes back passes
(`policy/returning_senders`).
"""

from collections.abc import Sequence
from typing import Final

from mailweir.model.address import Address, Host, Inbox, canonical_domain, host_of
from mailweir.model.ban import Subject, network_name
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import SUBJECT_LENGTH, Action, Rule, Ruling
from mailweir.policy.heavy_hitters import Conviction, Facet, narrow_facets
from mailweir.policy.networks import own_network, widths
from mailweir.policy.sketches import BITS, Key
from mailweir.policy.tiers import Delay
from mailweir.services.throttling import Throttling
from mailweir.wire.mime.fingerprint import Fingerprint, fingerprint

_LONGEST_HOST: Final = 255  # characters (RFC 1035 §2.3.4)
_OWN: Final = frozenset({Rule.ADDRESS, Rule.NETWORK, Rule.WIDE_NETWORK})
_REFUNDED: Final = 50  # keys of one delivery that get back what it would have taken
_EXPLAINED: Final = 10  # recipients of one delivery whose owners can read why


class Visit:
    """One peer, with what is known of it and of the delivery that it is making."""

    __slots__ = (
        "_address",
        "_envelope",
        "_exempt",
        "_facets",
        "_family",
        "_hello",
        "_host",
        "_ip",
        "_judged",
        "_sender",
        "_shared",
        "_throttling",
        "_widths",
    )

    def __init__(self, throttling: Throttling, ip: str, *, exempt: bool = False) -> None:
        """`exempt` from everything but bans."""
        self._throttling = throttling
        self._exempt = exempt or throttling.throttle == "off"
        self._ip = ip
        self._widths: tuple[str, str, str] | None = None
        self._hello = ""
        self._address: Address | None = None
        self._sender: str | None = None
        self._host = Host("")
        self._family = ""
        self._judged = False
        self._envelope: Ruling | None = None
        self._facets: Sequence[tuple[Facet, Key]] = ()
        self._shared: Sequence[tuple[Rule, str]] = ()  # that strangers are counted by, too

    def welcome(self) -> Ruling | None:
        """On the connection itself."""
        return self._throttling.rulings.of_ban(self._throttling.blocklist.ban_on_peer(self._ip))

    def turned_away(self, reply: str) -> None:
        """The connection was refused or ended: one too many, too slow, or out of turn."""
        ruling = self._throttling.rulings.of_connection(self._ip)
        self._throttling.explain(self._explanation(ruling, None, reply, acted=True))

    def hello(self, name: str) -> None:
        """What the peer calls itself."""
        self._hello = name.lower()[:SUBJECT_LENGTH]

    def begin(self, sender: Address | None) -> None:
        """A new delivery from this sender, None for the null path."""
        self._address = sender
        self._sender = None if sender is None else str(sender)
        self._host = Host(
            "" if sender is None else canonical_domain(sender.domain).rstrip(".")[-_LONGEST_HOST:]
        )
        self._family = ""
        self._judged = False

    def recipient(self, inbox: Inbox) -> Ruling | None:
        """On one more recipient of the delivery. What hits its sender hits each of them."""
        if (banned := self._banned(inbox)) is not None:
            return banned
        if self._exempt:
            return None
        if not self._judged:
            self._judged = True
            ruling = self._on_envelope()
            # An answer is held once, and the others come with it.
            self._envelope = None if ruling is None or ruling.action is Action.SLOW else ruling
        else:
            ruling = self._envelope
        if ruling is None or ruling.action is Action.SLOW:
            ruling = self._on_inbox(inbox) or ruling
        return self._decided(ruling, inbox)

    def content(self, content: bytes) -> Ruling | None:
        """On the whole message, which is counted by this. It is never held: it is here."""
        throttling = self._throttling
        if self._exempt:
            return None
        now = throttling.clock.monotonic()
        made = fingerprint(content)
        facets = [*narrow_facets(made, self._family or made.from_domain), *self._facets]
        conviction = throttling.floods.judge(facets, now, *self._bits())
        # What is known as a flood's leaves no debt to those who share something with it.
        ruling = self._on_header(made, now) if conviction is None else self._suspected(conviction, now)
        if ruling is not None:
            throttling.tiers.refund(self._shared)  # others have a right to what it would have taken
            self._shared = ()
        return self._decided(ruling, None)

    def told(self, ruling: Ruling, inboxes: Sequence[Inbox], reply: str) -> None:
        """The peer was told that, about mail for these inboxes."""
        for inbox in inboxes[:_EXPLAINED] or (None,):
            self._throttling.explain(self._explanation(ruling, inbox, reply, acted=True))

    def _bits(self) -> tuple[int, int]:
        """One bit for the sender's host and one for the sender, as sketches count different ones by."""
        throttling = self._throttling
        return 1 << throttling.hash(self._host) % BITS, 1 << throttling.hash(self._sender or "") % BITS

    def _banned(self, inbox: Inbox) -> Ruling | None:
        """Of sender, recipient and HELO name; that of the peer ends the connection."""
        blocklist = self._throttling.blocklist
        if not len(blocklist):
            return None
        ban = blocklist.ban_on_sender(self._address) or blocklist.ban_on_recipient(inbox)
        if ban is None and self._hello:
            ban = blocklist.ban_on_hello(self._hello)
        return self._throttling.rulings.of_ban(ban)

    def _on_envelope(self) -> Ruling | None:
        throttling = self._throttling
        now = throttling.clock.monotonic()
        address, network, wide = self._networks()
        own = ((Rule.ADDRESS, address), (Rule.NETWORK, network), (Rule.WIDE_NETWORK, wide))
        shared: list[tuple[Rule, str]] = []
        facets: list[tuple[Facet, Key]] = [(Facet.NETWORK, network)]
        if self._hello:
            shared.append((Rule.HELLO, self._hello))
            facets.append((Facet.HELLO, self._hello))
        if self._sender is None:
            shared.append((Rule.NULL_SENDER, address))
        else:
            name = throttling.suffixes.registrable(self._host)
            self._family = name.family
            shared += (Rule.SENDER_DOMAIN, name.domain), (Rule.SENDER_FAMILY, name.family)
            if throttling.directory.holder_of(self._host) is None:
                given = [(Facet.GIVEN, name.family)] if name.domain != name.family else []
                facets = [*given, *facets, (Facet.DOMAIN, name.domain), (Facet.FAMILY, name.family)]
        self._facets, self._shared = facets, shared
        delay = throttling.tiers.take((*own, *shared), now)
        if delay is not None:
            if not delay.is_held:
                throttling.floods.put_off(facets, now, *self._bits())
            return self._delayed(delay, now)
        if not throttling.floods.suspects:
            return None
        return self._suspected(throttling.floods.standing(facets, now, *self._bits()), now)

    def _on_inbox(self, inbox: Inbox) -> Ruling | None:
        throttling = self._throttling
        owner = throttling.directory.owner_of(inbox)
        if owner is None:
            keys = ((Rule.INBOX, inbox), (Rule.RECIPIENT_HOST, host_of(inbox)))
        else:
            keys = ((Rule.ACCOUNT, owner),)
        now = throttling.clock.monotonic()
        delay = throttling.tiers.take(keys, now)
        if len(self._shared) < _REFUNDED:
            self._shared = (*self._shared, *keys)
        return None if delay is None else self._delayed(delay, now)

    def _on_header(self, made: Fingerprint, now: float) -> Ruling | None:
        throttling = self._throttling
        keys: list[tuple[Rule, str]] = []
        if made.from_domain and made.from_domain != self._host:
            keys.append((Rule.FROM_DOMAIN, throttling.suffixes.registrable(Host(made.from_domain)).domain))
        if made.reply_to:
            keys.append((Rule.REPLY_TO, made.reply_to))
        delay = throttling.tiers.take(keys, now)
        return None if delay is None or delay.is_held else self._delayed(delay, now)

    def _networks(self) -> tuple[str, str, str]:
        found = self._widths
        if found is None:
            found = self._widths = widths(self._ip)
        return found

    def _delayed(self, delay: Delay, now: float) -> Ruling | None:
        """A message ahead of its turn; an address that goes on all the same is banned for a while.

        Where it is ahead because of others, it passes when it comes back.
        """
        throttling = self._throttling
        if delay.is_held:
            return self._throttling.rulings.of_delay(delay)
        if delay.tier.rule not in _OWN:
            return self._throttling.rulings.of_delay(delay) if self._wait(now) else None
        if delay.tier.rule is not Rule.ADDRESS:
            return self._throttling.rulings.of_delay(delay)
        seconds = throttling.offenders.offended(delay.subject, now)
        if not seconds or throttling.throttle == "dry-run":
            return self._throttling.rulings.of_delay(delay)
        why = f"more than {delay.tier.rate:g} messages a second, again and again"
        subject = Subject("network", network_name(own_network(self._ip)))
        banned = throttling.blocklist.ban_now(
            subject, seconds=seconds, reason=why, rule=delay.tier.rule.value
        )
        if banned is None:
            return self._throttling.rulings.of_delay(delay)
        return self._throttling.rulings.of_offender(delay, subject, seconds)

    def _suspected(self, conviction: Conviction | None, now: float) -> Ruling | None:
        wait = 0.0 if conviction is None else self._wait(now)
        if conviction is None or not wait:
            return None
        return self._throttling.rulings.of_conviction(conviction, wait)

    def _wait(self, now: float) -> float:
        """Seconds after which it is to come back; 0 when it has."""
        throttling = self._throttling
        return throttling.returning.wait(self._networks()[1], throttling.hash(self._sender or ""), now)

    def _decided(self, ruling: Ruling | None, inbox: Inbox | None) -> Ruling | None:
        """The same, unless this is a dry run."""
        throttling = self._throttling
        if ruling is None or throttling.throttle == "on":
            return ruling
        throttling.explain(self._explanation(ruling, inbox, "", acted=False))
        return None

    def _explanation(self, ruling: Ruling, inbox: Inbox | None, reply: str, *, acted: bool) -> Explanation:
        at = self._throttling.clock.now()
        return Explanation(at, ruling, self._ip, self._hello, self._sender, inbox, acted, reply)
