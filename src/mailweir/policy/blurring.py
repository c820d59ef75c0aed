"""Why mail was refused at an inbox that is everybody's, told without who had sent it.

Mail that is kept there is for everybody to read, and its sender knows that. Of what was never taken,
everybody is told what was done, by which rule and why; of the sender no more than domain and network.
"""

from typing import Final

from msgspec.structs import replace

from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Rule, Ruling
from mailweir.policy.networks import network_of

_BY_PEER: Final = frozenset({Rule.ADDRESS, Rule.NULL_SENDER})
_HARMLESS: Final = frozenset(
    {
        Rule.NETWORK,
        Rule.WIDE_NETWORK,
        Rule.SENDER_DOMAIN,
        Rule.SENDER_FAMILY,
        Rule.FROM_DOMAIN,
        Rule.INBOX,
        Rule.RECIPIENT_HOST,
        Rule.OVERLOAD,
        Rule.NOT_OURS,
        Rule.ELSEWHERE,
    }
)


def blurred(explanation: Explanation) -> Explanation:
    """The same for everybody: `ip` is a network, `sender` a domain with an @ before it, `hello` is empty.

    The ruling's `subject` is empty where it might name a host, a person or an account.
    """
    sender = explanation.sender
    return replace(
        explanation,
        ruling=_blurred(explanation.ruling),
        ip=network_of(explanation.ip),
        hello="",
        sender=None if sender is None else f"@{sender.rpartition('@')[2]}",
    )


def _blurred(ruling: Ruling) -> Ruling:
    if ruling.rule in _HARMLESS:
        return ruling
    subject = network_of(ruling.subject) if ruling.rule in _BY_PEER else ""
    return replace(ruling, subject=subject)
