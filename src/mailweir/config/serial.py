"""The settings as JSON: whole for a process of ours, and without secrets for people."""

from pathlib import Path

import msgspec

from mailweir.config import kinds
from mailweir.config.settings import TABLE, Settings


def shown(settings: Settings) -> dict[str, kinds.Plain]:
    """The settings in force as people may see them: secrets only say that they are there."""
    plain = {name: setting.kind.show(getattr(settings, name)) for name, setting in TABLE.items()}
    return {
        name: "***" if TABLE[name].secret and value is not None else value for name, value in plain.items()
    }


def to_json(settings: Settings) -> bytes:
    """Everything, secrets included, for a process of ours."""
    return msgspec.json.encode(settings, enc_hook=str)


def from_json(text: bytes) -> Settings:
    """What `to_json` wrote."""
    return msgspec.json.decode(text, type=Settings, dec_hook=_decode)


def _decode(kind: type, value: object) -> Path:
    assert kind is Path  # noqa: S101  the only field type that JSON does not know
    return Path(str(value))
