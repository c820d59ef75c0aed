"""Flags that many commands have."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Config = Annotated[Path | None, Parameter(help="A TOML file with settings (also MAILWEIR_CONFIG).")]
Data = Annotated[str | None, Parameter(help="The data directory (also MAILWEIR_DATA).")]
Json = Annotated[bool, Parameter(help="Print one JSON value.", negative=())]
