"""Where settings come from, which source wins, and what is said when one is wrong."""

from pathlib import Path

import pytest

from mailweir.config.errors import SettingsError
from mailweir.config.load import load
from mailweir.config.settings import Settings


def a_file(folder: Path, text: str) -> Path:
    path = folder / "mailweir.toml"
    path.write_text(text)
    return path


def refused(
    flags: dict[str, str | None] | None = None,
    environ: dict[str, str] | None = None,
    config: Path | None = None,
) -> str:
    with pytest.raises(SettingsError) as caught:
        load(flags or {}, environ or {}, config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_flag_wins_over_a_variable_over_the_file_over_the_default(tmp_path: Path) -> None:
    config = a_file(tmp_path, "receivers = 3\nwebs = 3\npublic_inbox_days = 3")
    settings = load({"receivers": "5"}, {"MAILWEIR_RECEIVERS": "4", "MAILWEIR_WEBS": "4"}, config).settings
    assert (settings.receivers, settings.webs, settings.public_inbox_days) == (5, 4, 3)
    assert settings.public_inbox_limit == 500


def test_a_variable_names_the_file_and_a_flag_names_another(tmp_path: Path) -> None:
    environ = {"MAILWEIR_CONFIG": str(a_file(tmp_path, "webs = 2"))}
    other = tmp_path / "other.toml"
    other.write_text("webs = 7")
    assert load({}, environ).settings.webs == 2
    assert load({}, environ, other).settings.webs == 7


def test_no_file_is_read_that_was_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_file(tmp_path, "webs = 2")
    monkeypatch.chdir(tmp_path)
    assert load({}, {}).settings.webs == 1


def test_a_toml_file_may_write_lists_numbers_and_truth_values_in_its_own_way(tmp_path: Path) -> None:
    text = 'smtp = ["127.0.0.1:25", "[::1]:25"]\nmessage_size_limit = 1000\napi_requires_key = true\n'
    settings = load({}, {}, a_file(tmp_path, text + 'base_domains = ["A.test", "b.test"]')).settings
    assert [str(one) for one in settings.smtp] == ["127.0.0.1:25", "[::1]:25"]
    assert (settings.message_size_limit, settings.api_requires_key) == (1000, True)
    assert settings.base_domains == ("a.test", "b.test")


def test_an_unknown_flag_is_named_with_its_value_and_what_is_allowed() -> None:
    sentence = refused({"smpt": "127.0.0.1:25"})
    assert all(
        part in sentence for part in ("--smpt", '"127.0.0.1:25"', "did you mean --smtp?", "--log-format")
    )


def test_an_unknown_key_in_the_file_is_named_with_its_value_and_what_is_allowed(tmp_path: Path) -> None:
    sentence = refused(config=a_file(tmp_path, "message-size-limit = 5"))
    assert all(
        part in sentence for part in ("message-size-limit", "5", "did you mean message_size_limit?", "bus")
    )


def test_a_table_in_the_file_is_an_unknown_key(tmp_path: Path) -> None:
    assert '"listeners"' in refused(config=a_file(tmp_path, "[listeners]\nsmtp = '127.0.0.1:25'"))


@pytest.mark.parametrize("variable", ["MAILWEIR_COLOUR", "MAILWEIR_DATA_FILE", "MAILWEIR_smtp", "MAILWEIR_"])
def test_an_unknown_variable_is_a_warning(variable: str) -> None:
    loaded = load({}, {variable: "red"})
    assert len(loaded.warnings) == 1
    assert variable in loaded.warnings[0]


def test_variables_of_clients_are_nobodys_concern() -> None:
    clients = {f"MAILWEIR_{name}": "x" for name in ("URL", "KEY", "USER", "ORIGIN")}
    assert load({}, {**clients, "PATH": "/bin"}).warnings == ()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert str(load({}, {"MAILWEIR_SMTP": "", "MAILWEIR_WEBS": ""}).settings.smtp[0]) == "127.0.0.1:1025"


def test_a_wrong_variable_is_named_with_its_value_and_what_is_allowed() -> None:
    sentence = refused(environ={"MAILWEIR_THROTTLE": "maybe"})
    assert all(part in sentence for part in ("throttle", "MAILWEIR_THROTTLE", '"maybe"', "dry-run"))


def test_a_secret_may_come_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k_hidden\n")
    settings = load({}, {"MAILWEIR_BOOTSTRAP_KEY_FILE": str(tmp_path / "key")}).settings
    assert settings.bootstrap_key == "k_hidden"


def test_a_secret_file_that_is_missing_is_named() -> None:
    assert '"/nowhere/key"' in refused(environ={"MAILWEIR_SECRET_FILE": "/nowhere/key"})


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    environ = {"MAILWEIR_SECRET": "a", "MAILWEIR_SECRET_FILE": str(tmp_path)}
    assert "unset one" in refused(environ=environ)


def test_a_wrong_secret_is_never_repeated() -> None:
    sentence = refused(environ={"MAILWEIR_SECRET": "hush\x00hush"})
    assert "hush" not in sentence
    assert "MAILWEIR_SECRET" in sentence


def test_secrets_are_not_in_the_representation_of_the_settings() -> None:
    secrets = ("secret", "guest_password", "bootstrap_password", "bootstrap_key")
    settings = load(dict.fromkeys(secrets, "hush" * 3), {}).settings
    assert "hush" not in repr(settings)


@pytest.mark.parametrize("octets", [b"smtp = ", b"\xff\xfe", b"webs = 1\nwebs = 2"])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "broken.toml").write_bytes(octets)
    assert "broken.toml" in refused(config=tmp_path / "broken.toml")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert "--config" in refused(config=tmp_path / "none.toml")
    assert "--config" in refused(config=tmp_path)
    assert "--config" in refused(environ={"MAILWEIR_CONFIG": str(tmp_path / "none.toml")})


def test_a_file_of_any_size_is_not_read_whole(tmp_path: Path) -> None:
    assert "larger" in refused(config=a_file(tmp_path, "#" * (1 << 20) + "\n"))


def test_two_doors_cannot_share_an_address_unless_the_system_chooses_it() -> None:
    assert "127.0.0.1:2525" in refused({"smtp": "127.0.0.1:2525", "http": "127.0.0.1:2525"})
    settings: Settings = load({"smtp": "127.0.0.1:0", "http": "127.0.0.1:0"}, {}).settings
    assert settings.smtp == settings.http


def test_a_certificate_needs_its_key() -> None:
    assert "tls_key" in refused({"tls_certificate": "/etc/cert.pem"})
    assert "tls_certificate" in refused({"tls_key": "/etc/key.pem"})
