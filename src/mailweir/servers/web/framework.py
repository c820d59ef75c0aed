"""The framework as this door has it: with what it needs, and without what else happens to be installed."""

from litestar import Litestar
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin


class Framework(Litestar):
    """An application whose bodies and answers are described by msgspec alone.

    Litestar imports pydantic and attrs wherever it finds them installed: a tenth of a second of each start in
    the environment of nearly everyone who tests (docs/decisions/0020).
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]
