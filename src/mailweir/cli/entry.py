"""Where the `mailweir` command begins: what is started for each message goes before all that takes time."""

import sys
from collections.abc import Sequence
from typing import Final

_SENDMAIL: Final = "sendmail"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name, and end with its exit code.

    Called as `sendmail`, by a link of that name, it is `mailweir sendmail`.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None and sys.argv[0].rpartition("/")[2] == _SENDMAIL:
        words = [_SENDMAIL, *words]
    if words[:1] == [_SENDMAIL]:
        from mailweir.cli.sendmail import sendmail  # noqa: PLC0415  only this command pays for it

        sys.exit(sendmail(words[1:]))
    from mailweir.cli.program import answer  # noqa: PLC0415  sendmail does without it

    answer(words)
