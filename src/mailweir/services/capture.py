"""Capturing: what an application submits is kept under its recipient, whoever that is, and goes nowhere.

Nothing here waits, but for a password: all else is decided from the directory. There is no code in this
product that would send mail on, so that there is nothing to relay by.
"""

from dataclasses import dataclass

from mailweir.model.account import is_key
from mailweir.model.address import Address
from mailweir.model.verdict import Verdict
from mailweir.policy.overload import Standing
from mailweir.services.metering import Metering
from mailweir.services.reception import Receipt, Reception, Transaction
from mailweir.services.signin import Login, SignIn, password_alone


@dataclass(frozen=True, slots=True)
class Capture:
    """`for_all` (profile `local`): mail is taken from people who have not signed in, and any login is right.

    Even then a real key captures for its account, by whatever name: what an account captures may be private,
    and must not be public because of the profile.
    """

    reception: Reception
    signin: SignIn
    metering: Metering
    for_all: bool = False

    def sign_in(self, name: str, password: str, ip: str) -> Login | Verdict:
        """Whose key that is; ACCEPT for somebody whom nobody knows, where that is allowed; else why not."""
        if not self.for_all:
            return self.signin.login(name, password, ip)
        if not self.signin.knows(password):
            return Verdict.ACCEPT
        return self.signin.by_key(password) or Verdict.WRONG_LOGIN

    def weighs(self, name: str, password: str) -> bool:
        """Whether that has to be looked at as a password, which takes a while."""
        return not is_key(password) and (not self.for_all or self.signin.user(name) is not None)

    async def sign_in_by_password(self, name: str, password: str, ip: str) -> Login | Verdict:
        """Who that is, as `sign_in` says of keys. Whoever asks for one-time codes is none of them."""
        return await self.signin.by_password(name, password, ip, password_alone)

    def verdict_on_mail(self, login: Login | None) -> Verdict:
        """Whether a message may come now; the key is looked up again, since a session may outlive it."""
        if login is None:
            return self.reception.verdict_on_mail() if self.for_all else Verdict.SIGN_IN_FIRST
        if not self.signin.holds(login):
            return Verdict.SIGNED_OUT
        used_up = self.metering.is_used_up(login.grant.account)
        return Verdict.OVER_QUOTA if used_up else self.reception.verdict_on_mail()

    def verdict_on_recipient(self, address: Address, login: Login | None) -> Verdict:
        """Whether mail for this address is captured: for any, unless the key is for one place only."""
        if login is not None and not login.grant.scope.covers(address.inbox):
            return Verdict.ELSEWHERE
        return self.reception.verdict_on_load(Standing.SIGNED_IN)

    def deliver(self, transaction: Transaction, login: Login | None) -> Receipt:
        """Has it kept for every recipient or for none, and saved for the account if it captures privately.

        That is one operation of the account.
        """
        account = None if login is None else login.grant.account
        if account is not None:
            self.metering.charge(account)
        private = account is not None and self.reception.directory.captures_private(account)
        return self.reception.deliver(transaction, capturer=account if private else None)

    def hesitates(self) -> bool:
        """Whether answers to messages should come slowly."""
        return self.reception.hesitates()
