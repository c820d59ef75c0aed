"""The command line.

Exit codes: 0 for done, 1 for failed, 2 for wrong use. What a person did wrong is one sentence on standard
error; with `--json` a command prints one JSON value on standard output and nothing else. Code of the
server is imported by the commands that need it, so that the others answer at once.
"""

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

from cyclopts import App, CycloptsError, Group, Parameter, UnknownOptionError

from mailweir import __version__
from mailweir.cli.account_data import account_erase, account_export
from mailweir.cli.accounts import account, key
from mailweir.cli.blocks import block
from mailweir.cli.domains import check_dns, domain
from mailweir.cli.flags import Config, Json
from mailweir.cli.plans import plan
from mailweir.cli.saying import OK, WRONG, complain, end, print_json, print_text, say, tell
from mailweir.cli.serving import Serving
from mailweir.cli.top import top
from mailweir.cli.users import user
from mailweir.cli.waits import wait
from mailweir.cli.why import why
from mailweir.config import kinds, reference, serial
from mailweir.config.load import Loaded, flag, load, unknown
from mailweir.config.settings import TABLE
from mailweir.roles.crew import ROLES

T = TypeVar("T")


_SETTINGS = Group("Settings", help="Each is described in docs/configuration.md.", sort_key=1)

app = App(
    name="mailweir",
    help="A self-hosted disposable-mail service for people who test email.",
    version=__version__,
    help_formatter="plain",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)


def _with_settings(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command that takes `**flags` one named flag for each setting."""
    signature = inspect.signature(command)
    own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    flags = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[str | None, Parameter(name=flag(name), help=setting.doc, group=_SETTINGS)],
        )
        for name, setting in TABLE.items()
    ]
    command.__signature__ = signature.replace(parameters=[*own, *flags])
    return command


account.command(account_export, name="export")
account.command(account_erase, name="erase")
app.command(account)
app.command(key)
app.command(user)
app.command(domain)
app.command(plan)
app.command(block)
app.command(top)
app.command(check_dns)
app.command(wait)
app.command(why)


@app.command
@_with_settings
def serve(
    *,
    role: Annotated[str | None, Parameter(help=f"Only this role: {', '.join(ROLES)}.")] = None,
    single: Annotated[bool, Parameter(help="All roles in one process.", negative=())] = False,
    config: Config = None,
    **flags: str | None,
) -> int:
    """Serve until SIGTERM or Ctrl-C, which drain; a second one ends at once."""
    return Serving(flags, config, role, single).run()


@app.command
@_with_settings
def check_config(*, json: Json = False, config: Config = None, **flags: str | None) -> int:
    """Read the settings as `serve` would, and print what would be in force."""
    loaded = load(flags, os.environ, config)
    complain(loaded)
    return print_json(serial.shown(loaded.settings)) if json else _print_settings(loaded)


@app.command
@_with_settings
def redigest(
    *,
    all_: Annotated[
        bool, Parameter(name="--all", help="Every message, not only those read by older rules.", negative=())
    ] = False,
    json: Json = False,
    config: Config = None,
    **flags: str | None,
) -> int:
    """Read kept messages anew after the rules got better; also beside a running server.

    What was interrupted goes on where it was when the command is given again without --all.
    """
    loaded = load(flags, os.environ, config)
    complain(loaded)
    from mailweir.roles.redigest import redigest as make_anew  # noqa: PLC0415  only this command pays for it

    found = make_anew(loaded.settings, everything=all_, say=tell)
    if json:
        return print_json({"redigested": found.redigested, "failed": found.failed})
    return print_text(f"{found.redigested:,} messages read anew, {found.failed:,} could not be read.")


@app.command
def config_reference(*, json: Json = False, config: Config = None, data: Path | None = None) -> int:
    """Print the reference of all settings (docs/configuration.md)."""
    del config, data
    if json:
        return print_json(reference.table())
    sys.stdout.write(reference.markdown())
    return OK


@app.command(help_flags=())
def sendmail(*words: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Hand over the message on standard input, as /usr/sbin/sendmail does: `mailweir sendmail --help`."""
    from mailweir.cli.sendmail import sendmail as send  # noqa: PLC0415  only this command pays for it

    return send(words)


@app.command
def version(*, json: Json = False, config: Config = None, data: Path | None = None) -> int:
    """Print the version."""
    del config, data
    return print_json({"version": __version__}) if json else print_text(__version__)


def answer(words: list[str]) -> NoReturn:
    """Run the command that the words name, and end with its exit code."""
    end(lambda: _run(words))


def _run(words: list[str]) -> int:
    if not words:
        return say(f"Which command? {', '.join(_commands())}; `mailweir --help` tells more.", WRONG)
    try:
        return int(app(words) or OK)
    except UnknownOptionError as error:
        return say(_unknown_option(error, words), WRONG)
    except CycloptsError as error:
        return say(f"{' '.join(str(error).split())} See `mailweir --help`.", WRONG)


def _unknown_option(error: UnknownOptionError, words: list[str]) -> str:
    """Names the flag, its value, and what is allowed in its place."""
    name = (error.token.keyword or error.token.value).partition("=")[0]
    place = next((at for at, word in enumerate(words) if word.partition("=")[0] == name), len(words))
    word, following = [*words, "", ""][place : place + 2]
    value = word.partition("=")[2] or ("" if following.startswith("-") else following)
    names = [one for argument in error.argument_collection for one in argument.names]
    return str(unknown(f"flag {name}", value, names, guess_for=name))


def _commands() -> list[str]:
    return [name for name in app if not name.startswith("-")]


def _print_settings(loaded: Loaded) -> int:
    settings = loaded.settings
    lines = [f"The settings are right. Profile {settings.profile} holds, because {settings.profile_reason}."]
    for name, value in serial.shown(settings).items():
        lines.append(f"  {name:<22} {_written(value)}")
    return print_text("\n".join(lines))


def _written(value: kinds.Plain) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
