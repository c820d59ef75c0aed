"""`mailweir account export` and `mailweir account erase`, also beside a running server."""

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mailweir.cli.accounts import account_of
from mailweir.cli.flags import Config, Data, Json
from mailweir.cli.saying import complain, print_json, print_text, tell
from mailweir.config.load import load
from mailweir.roles.errors import StartError

_Name = Annotated[str, Parameter(help="The name of the account.")]
_To = Annotated[Path, Parameter(help="A folder that is not there yet, or a file that ends in .zip.")]


def account_export(
    name: _Name, to: _To, *, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Write all that is an account's: its keys without secrets, addresses, domains and private mail."""
    owner, directory = account_of(name), _directory(config, data)
    from mailweir.roles.account_data import export  # noqa: PLC0415  only these commands pay for it

    count = export(directory, owner, to, tell)
    if json:
        return print_json({"account": owner, "messages": count, "to": str(to)})
    return print_text(f"{count:,} messages of {owner} are in {to}.")


def account_erase(name: _Name, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Erase an account with all of its private mail, for good; `remove` would leave that to everybody.

    What was interrupted goes on when the command is given again.
    """
    owner, directory = account_of(name), _directory(config, data)
    from mailweir.roles.account_data import erase  # noqa: PLC0415  as above

    count = erase(directory, owner, tell)
    if count is None:
        raise StartError(f"There is no account {owner}.")
    if json:
        return print_json({"account": owner, "messages": count})
    return print_text(f"{owner} is erased, with {count:,} messages.")


def _directory(config: Path | None, data: str | None) -> Path:
    loaded = load({"data": data}, os.environ, config)
    complain(loaded)
    return loaded.settings.data
