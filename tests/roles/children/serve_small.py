"""`mailweir serve` with small roles: `serve_small.py whole|single|ROLE flag=value …`."""

import os
import sys

from mailweir.config.errors import SettingsError
from mailweir.config.load import load
from mailweir.roles.crew import ROLES, Code
from mailweir.roles.errors import StartError
from mailweir.roles.serve import OneRole, Whole, serve

CODE = Code(roles=dict.fromkeys(ROLES, "small_roles:door"), single="small_roles:door")


def main(kind: str, *flags: str) -> int:
    loaded = load(dict(flag.split("=", 1) for flag in flags), os.environ)
    part = Whole(single=kind == "single") if kind in {"whole", "single"} else OneRole(kind)
    try:
        return serve(loaded, part, CODE)
    except (SettingsError, StartError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
