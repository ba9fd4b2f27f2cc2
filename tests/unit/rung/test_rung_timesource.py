"""Time that a file makes run faster."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rung import timesource
from rung.settings import Settings, SettingsError


def settings_with(path: Path) -> Settings:
    return Settings.from_environment({"RUNG_TIME_FILE": str(path)})


def test_without_a_file_the_time_is_the_walls() -> None:
    now = timesource.clock(Settings.from_environment({}))()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_time_runs_at_the_files_speed() -> None:
    pace = timesource.Pace(real=1000.0, virtual=0.0, speed=60.0)
    assert pace.at(1001.5) == datetime(1970, 1, 1, 0, 1, 30, tzinfo=UTC)


def test_a_change_of_the_file_is_followed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "time.json"
    timesource.write(path, time.time(), 0.0, 0.0)
    clock = timesource.clock(settings_with(path))
    assert clock() == datetime(1970, 1, 1, tzinfo=UTC)
    timesource.write(path, time.time(), 86400.0, 0.0)
    assert clock() == datetime(1970, 1, 2, tzinfo=UTC)
    assert [found.name for found in tmp_path.iterdir()] == ["time.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"real": 1}', '{"real": 1, "virtual": "x", "speed": 1}', '{"real":0,"virtual":1e99,"speed":1}']
)
def test_a_file_in_another_form_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "time.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match="must hold"):
        timesource.clock(settings_with(path))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        timesource.clock(settings_with(tmp_path / "none.json"))
