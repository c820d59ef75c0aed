"""What is decided about a peer's wish: a value, worded by each door for its own protocol."""

from enum import Enum


class Verdict(Enum):
    """ACCEPT, or why not."""

    ACCEPT = "accept"
    NOT_OURS = "not ours"  # mail for a host that this service does not receive for
    STORE_FULL = "store full"
    STORE_AWAY = "store away"
    OVERLOADED = "overloaded"  # more mail comes than can be kept, and others have a greater claim
    SIGN_IN_FIRST = "sign in first"
    WRONG_LOGIN = "wrong login"
    TOO_MANY_WRONG = "too many wrong logins"
    BUSY = "busy"  # too many passwords are being looked at
    SIGNED_OUT = "signed out"  # the key of this login opens nothing any more
    OVER_QUOTA = "over quota"  # the account may ask for no more this month
    ELSEWHERE = "elsewhere"  # the key of this login is for another place
