"""What is wrong with a setting, as one sentence that a person can act on."""


class SettingsError(Exception):
    """Names the setting, where it came from, its value, and what is allowed. The exit code is 2."""
