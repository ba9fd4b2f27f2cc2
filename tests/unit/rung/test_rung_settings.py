"""Settings: what is read, what is refused in which words, and what is never shown."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rung.settings import SETTINGS, Settings, SettingsError, without_password
from rung.signing import role_map


def test_every_setting_has_a_field_a_meaning_and_a_usable_default() -> None:
    assert [setting.field for setting in SETTINGS] == [one.name for one in dataclasses.fields(Settings)]
    for setting in SETTINGS:
        assert setting.name.startswith("RUNG_")
        assert setting.meaning.endswith(".")
        setting.read(setting.default)


def test_without_an_environment_the_defaults_hold() -> None:
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8321, "http://127.0.0.1:8321")
    assert settings.home == Path.cwd() / ".rung"
    assert settings.database_url == ""
    assert settings.config is None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("RUNG_PORT", "80x", "RUNG_PORT cannot be '80x': it must be a whole number from 1 to 65535."),
        ("RUNG_PORT", "0", "RUNG_PORT cannot be '0': it must be a whole number from 1 to 65535."),
        ("RUNG_LOG", "xml", "RUNG_LOG cannot be 'xml': it must be one of auto, json, text."),
        ("RUNG_LEASE_SECONDS", "-5", "it must be a whole number from 10 to 3600."),
        ("RUNG_PUBLIC_URL", "rung.example.com", "it must be an address like https://rung.example.com."),
        (
            "RUNG_REDIS_URL",
            "http://x",
            "RUNG_REDIS_URL cannot be what it is set to: it must be an address like redis://",
        ),
        ("RUNG_DATABASE_URL", "mysql://u:hush@h/d", "it must be an address like postgresql://"),
        ("RUNG_DATABASE_URL", "postgresql://u:hush@h1:5432,h2:5432/d", "it must be an address like postgresql://"),
        ("RUNG_SECRET_KEY", "hush", "it must be at least 32 random characters"),
        ("RUNG_OIDC_ISSUER", "http://login.example.com", "plain http is for this machine alone."),
        ("RUNG_OIDC_ISSUER", "https://u:hush@login.example.com", "it must be an address like https://login."),
        ("RUNG_OIDC_ISSUER", "https://login.example.com?x=y", "it must be an address like https://login."),
        ("RUNG_OIDC_SCOPES", "email", "one of them openid."),
        ("RUNG_OIDC_ROLES", "oncall=boss", "with the roles viewer, responder, manager, admin."),
        ("RUNG_OIDC_ROLES", "oncall", "it must be like oncall=responder; platform=admin"),
        ("RUNG_OIDC_ROLES", "=admin", "it must be like oncall=responder; platform=admin"),
        ("RUNG_SESSION_HOURS", "0", "a whole number from 1 to 168."),
        ("RUNG_TRUSTED_PROXIES", "10.0.0.1/8", "it must be networks like 10.0.0.0/8"),
        ("RUNG_TRUSTED_PROXIES", "ingress", "it must be networks like 10.0.0.0/8"),
        ("RUNG_OIDC_ROLES", "*=viewer", "RUNG_OIDC_ROLES is set, but RUNG_OIDC_ISSUER is not"),
        ("RUNG_OIDC_CLIENT_ID", "rung", "RUNG_OIDC_CLIENT_ID is set, but RUNG_OIDC_ISSUER is not"),
        ("RUNG_OIDC_ISSUER", "https://login.example.com", "but RUNG_OIDC_CLIENT_ID is not: see docs/sign-in.md."),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({name: value})
    assert sentence in str(refused.value)
    assert "hush" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_spelling_of_a_database_address_becomes_the_same(scheme: str) -> None:
    settings = Settings.from_environment({"RUNG_DATABASE_URL": f"{scheme}://rung@db/rung"})
    assert settings.database_url == "postgresql://rung@db/rung"


def test_no_secret_is_shown() -> None:
    settings = Settings.from_environment(
        {
            "RUNG_DATABASE_URL": "postgresql://rung:hush@db/rung?sslmode=require&password=hush",
            "RUNG_REDIS_URL": "redis://:hu:sh@cache:6379/0",
            "RUNG_SECRET_KEY": "hush" * 8,
        }
    )
    assert settings.shown()["RUNG_REDIS_URL"] == "redis://:***@cache:6379/0"
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings.shown())
    assert settings.shown()["RUNG_DATABASE_URL"] == "postgresql://rung:***@db/rung?sslmode=require&password=***"


@pytest.mark.parametrize("url", ["unix:///home/rung/redis.sock?db=0", "postgresql://postgres@/rung?host=/run&port=1"])
def test_an_address_without_a_password_is_shown_as_it_is(url: str) -> None:
    assert without_password(url) == url


def test_an_ipv6_host_is_bracketed_in_links() -> None:
    assert Settings.from_environment({"RUNG_HOST": "::1"}).public_url == "http://[::1]:8321"


def test_all_roles_that_start_at_once_get_the_same_private_key(tmp_path: Path) -> None:
    settings = Settings.from_environment({"RUNG_HOME": str(tmp_path / "home")})
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: settings.key(), range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert (tmp_path / "home" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secret.key"]


def test_a_given_key_is_used_and_none_is_made(tmp_path: Path) -> None:
    settings = Settings.from_environment({"RUNG_HOME": str(tmp_path), "RUNG_SECRET_KEY": "k" * 32})
    assert settings.key() == "k" * 32
    assert not list(tmp_path.iterdir())


def test_its_environment_gives_the_same_settings_again(tmp_path: Path) -> None:
    given = {"RUNG_HOME": str(tmp_path), "RUNG_PORT": "1234", "RUNG_CONFIG": "config", "RUNG_SECRET_KEY": "k" * 32}
    settings = Settings.from_environment(given)
    assert Settings.from_environment(settings.environment()) == settings


SIGN_ON = {
    "RUNG_OIDC_ISSUER": "https://login.example.com",
    "RUNG_OIDC_CLIENT_ID": "rung",
    "RUNG_OIDC_CLIENT_SECRET": "hush://hush",
    "RUNG_OIDC_ROLES": "cn=on call,ou=ops=responder; platform=admin\n*=viewer; platform=viewer",
    "RUNG_PUBLIC_URL": "https://rung.example.com/",
    "RUNG_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8",
}


def test_groups_are_given_roles_whatever_their_names_hold() -> None:
    settings = Settings.from_environment(SIGN_ON)
    roles = {"cn=on call,ou=ops": "responder", "platform": "admin", "*": "viewer"}
    assert role_map(settings.oidc_roles) == roles
    assert settings.trusted_proxies == "10.0.0.0/8 fd00::/8"
    assert settings.shown()["RUNG_OIDC_CLIENT_SECRET"] == "***"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["", "http://rung.example.com", "https://rung.example.com/rung", "https://rung.example.com/?a=b"]
)
def test_people_sign_in_at_an_https_address_without_a_path(url: str) -> None:
    with pytest.raises(SettingsError, match="RUNG_PUBLIC_URL must be an address like https:"):
        Settings.from_environment({**SIGN_ON, "RUNG_PUBLIC_URL": url, "RUNG_HOST": "192.0.2.1"})


def test_people_sign_in_on_this_machine_by_http() -> None:
    assert Settings.from_environment({**SIGN_ON, "RUNG_PUBLIC_URL": "http://localhost:8321"}).oidc_issuer


def test_no_roles_and_an_issuer_make_no_whole() -> None:
    with pytest.raises(SettingsError, match="RUNG_OIDC_ISSUER is set, but RUNG_OIDC_ROLES is not"):
        Settings.from_environment({**SIGN_ON, "RUNG_OIDC_ROLES": ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RUNG_REDIS_URL", "redis://:hush\u2100hush@cache:6379/0"),
        ("RUNG_REDIS_URL", "redis+sentinel://:hush\u2100hush@cache:26379/main/0"),
        ("RUNG_REDIS_URL", "redis+sentinel://:hush[hush@cache:26379/main"),
        ("RUNG_DATABASE_URL", "postgresql://rung:hush\u2100hush@db:x/rung"),
        ("RUNG_HEARTBEAT_URL", "https://hush\u2100hush.example.com/KEY"),
        ("RUNG_OIDC_ISSUER", "https://rung:hush\u2100hush@login.example.com"),
        ("RUNG_PUBLIC_URL", "https://rung:hush\u2100hush@rung.example.com"),
        ("RUNG_PUBLIC_URL", "https://rung:hush@rung.example.com"),
        ("RUNG_PUBLIC_URL", "https://["),
    ],
)
def test_an_address_that_is_none_is_told_by_what_it_may_be_and_never_by_its_password(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} cannot be .*: it must be an address like ") as refused:
        Settings.from_environment({name: value})
    assert "hush" not in str(refused.value)
