"""What somebody shows beside his password: a code of the moment, or one for the day the phone is lost."""

from dataclasses import dataclass

from mailweir.model.account import key_hash
from mailweir.model.user import Act, Entry, User
from mailweir.policy.second_factor import step_of
from mailweir.ports.clock import Clock
from mailweir.ports.users import Users


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Each code is good once. Every method raises UnavailableError."""

    users: Users
    clock: Clock

    async def is_shown(self, code: str, ip: str, user: User) -> bool:
        """Whether that is what he has to show; nothing, as long as he has asked for no codes."""
        if user.totp is None:
            return True
        written = "".join(code.split()).lower()
        step = step_of(user.totp, written, self.clock.now())
        if step is not None:
            return await self.users.spend_step(user.account, user.name, step)
        if not await self.users.spend_recovery(user.account, user.name, key_hash(written)):
            return False
        await self.users.note(user.account, Entry(self.clock.now(), user.name, Act.RECOVERY_USED, "", ip))
        return True
