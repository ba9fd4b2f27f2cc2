"""Wrong settings stop the start of every role with one sentence; misspelt ones are told with the near name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rung.cli import errors
from rung.cli.main import rung
from rung.settings import SETTINGS, Setting, SettingsError
from rung.strays import strays

ROLES = ("web", "worker", "clock", "mail", "up")
NAMED = {"RUNG_DATABASE_URL": "postgresql://rung@127.0.0.1:1/rung", "RUNG_REDIS_URL": "redis://127.0.0.1:1"}
_TRIED = ("no such value", "-1", "ftp://[::1", "tcp://10.0.0.1:8321")


def refused(setting: Setting) -> str:
    """A value that the setting cannot have, "" for one that may be any text."""
    for value in _TRIED:
        try:
            setting.read(value)
        except ValueError:
            return value
    return ""


WRONG = {setting.name: refused(setting) for setting in SETTINGS}


def test_most_settings_have_values_that_cannot_be_used() -> None:
    free = {name for name, value in WRONG.items() if not value}
    assert len(free) < len(SETTINGS) / 3
    assert free.isdisjoint({"RUNG_HOST", "RUNG_MAIL_HOST", "RUNG_PORT", "RUNG_DATABASE_URL", "RUNG_REDIS_URL"})


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", [name for name, value in WRONG.items() if value])
def test_a_wrong_setting_stops_every_role_with_one_sentence(
    name: str, role: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for known in SETTINGS:
        monkeypatch.delenv(known.name, raising=False)
    for variable, value in {"RUNG_HOME": str(tmp_path / "home"), **NAMED, name: WRONG[name]}.items():
        monkeypatch.setenv(variable, value)
    stopped = CliRunner().invoke(rung, [role]).exception
    assert isinstance(stopped, SettingsError)
    assert str(stopped).startswith(f"{name} cannot be ")
    assert "\n" not in str(stopped)
    assert not (tmp_path / "home").exists(), "nothing was begun"


def test_a_process_ends_with_the_sentence_and_its_status(tmp_path: Path) -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RUNG_")}
    environment = {**ours, **NAMED, "RUNG_HOME": str(tmp_path), "RUNG_PORT": "tcp://10.0.0.1:8321"}
    environment["PYTHONPATH"] = str(Path(errors.__file__).parents[2])
    command = [sys.executable, "-m", "rung", "clock"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == errors.USAGE
    assert ended.stderr == (
        "RUNG_PORT cannot be 'tcp://10.0.0.1:8321': it must be a whole number from 1 to 65535. Kubernetes sets it for "
        "a Service of that name: say enableServiceLinks: false.\n"
    )


def test_variables_that_are_no_settings_are_told_with_the_near_name() -> None:
    told = strays({"RUNG_WEB_THREAD": "4", "RUNG_COLOUR": "red", "RUNG_PORT": "1", "RUN": "x", "RUNG_DEBUG": "1"})
    assert told == {
        "RUNG_COLOUR": "RUNG_COLOUR is no setting. `rung settings` shows all.",
        "RUNG_WEB_THREAD": "RUNG_WEB_THREAD is no setting. Did you mean RUNG_WEB_THREADS?",
    }


def test_what_kubernetes_and_the_demonstration_set_is_not_told() -> None:
    linked = {
        "RUNG_SERVICE_HOST": "10.0.0.1",
        "RUNG_SERVICE_PORT_HTTP": "8321",
        "RUNG_PORT_8321_TCP_ADDR": "10.0.0.1",
        "RUNG_WEB_SERVICE_PORT": "80",
        "RUNG_WEB_PORT": "tcp://10.0.0.1:80",
        "RUNG_DEMO_JIRA_SECRET": "x",
    }
    assert strays(linked) == {}


def test_rung_settings_tells_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_MAIL_HOSTS", "::1")
    shown = CliRunner().invoke(rung, ["settings"])
    assert shown.stderr == "RUNG_MAIL_HOSTS is no setting. Did you mean RUNG_MAIL_HOST?\n"
    assert "::1" not in shown.output
