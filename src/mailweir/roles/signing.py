"""What people sign in by, joined: sessions, their accounts' people, links to new passwords, a provider."""

from dataclasses import dataclass
from functools import partial

from mailweir.adapters.argon2 import Argon2Passwords
from mailweir.adapters.system import RandomKeys
from mailweir.config.settings import Settings
from mailweir.ports.accounts import Accounts
from mailweir.ports.identities import Identities
from mailweir.ports.users import Users
from mailweir.roles.identities import identities
from mailweir.services.access import Access
from mailweir.services.federation import Federation
from mailweir.services.learning import learn
from mailweir.services.letters import Letters
from mailweir.services.people import People
from mailweir.services.profile import Profile
from mailweir.services.resets import Resets
from mailweir.services.second_factor import SecondFactor
from mailweir.services.sessions import Sessions
from mailweir.services.signin import SignIn


@dataclass(frozen=True, slots=True)
class Signing:
    """The uses, and what they stand on."""

    sessions: Sessions
    people: People
    profile: Profile
    resets: Resets
    federation: Federation | None
    _passwords: Argon2Passwords
    _provider: Identities | None

    async def close(self) -> None:
        """A second call does nothing."""
        self._passwords.close()
        if self._provider is not None:
            await self._provider.close()


def signing(
    settings: Settings, accounts: Accounts, users: Users, access: Access, letters: Letters
) -> Signing:
    """All of it, on these stores."""
    directory, clock = access.directory, access.clock
    passwords, secrets, provider = Argon2Passwords(), RandomKeys(), identities(settings)
    signin = SignIn(directory, passwords, clock)
    sessions = Sessions(accounts, directory, signin, SecondFactor(users, clock), secrets, clock)
    people = People(users, accounts, passwords, secrets, clock, partial(learn, directory))
    federation = None
    if provider is not None:
        assert settings.secret is not None  # noqa: S101  `serve` sees to it
        federation = Federation(provider, users, sessions, secrets, clock, settings.secret)
    return Signing(
        sessions,
        people,
        Profile(users, access, sessions),
        Resets(people, signin, directory, letters.send_link),
        federation,
        passwords,
        provider,
    )
