"""What others learn of a running `rung up`, and that there is only one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rung.runfile import AlreadyUpError, NothingRunsError, Running, announced, located, only_one, running
from rung.settings import Settings

HERE = Running(
    os.getpid(), "http://127.0.0.1:9", "postgresql://postgres@/rung?host=/x&port=5432", "unix:///x?db=0", "/t"
)


def test_only_one_runs_over_a_home_and_a_second_is_told_of_it(tmp_path: Path) -> None:
    with only_one(tmp_path), announced(tmp_path, HERE):
        with pytest.raises(AlreadyUpError) as refused, only_one(tmp_path):
            pass
        assert str(refused.value) == (
            f"Rung already runs over {tmp_path} as process {os.getpid()}, its board at http://127.0.0.1:9: "
            "stop it first, or choose another RUNG_HOME."
        )
        assert running(tmp_path) == HERE
        assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600
    with only_one(tmp_path):
        assert running(tmp_path) is None


def test_what_a_killed_one_left_behind_is_not_believed(tmp_path: Path) -> None:
    with announced(tmp_path, Running(2**22 + 1, "", "postgresql://x", "")):
        assert running(tmp_path) is None
    (tmp_path / "run.json").write_text("{")
    assert running(tmp_path) is None
    with only_one(tmp_path):
        assert not (tmp_path / "run.json").exists()


def test_whoever_looks_for_what_runs_is_told_where_the_demonstration_is(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    settings = Settings.from_environment({"RUNG_HOME": str(tmp_path)})
    with announced(tmp_path / "demo", HERE), pytest.raises(NothingRunsError, match=f"RUNG_HOME={tmp_path / 'demo'} "):
        located(settings)


def test_settings_find_the_servers_that_run_here_unless_others_are_named(tmp_path: Path) -> None:
    settings = Settings.from_environment({"RUNG_HOME": str(tmp_path)})
    with pytest.raises(NothingRunsError, match="start `rung up`"):
        located(settings)
    with announced(tmp_path, HERE):
        found = located(settings)
        assert (found.database_url, found.redis_url) == (HERE.database_url, HERE.redis_url)
        assert found.time_file == Path("/t")
        named = Settings.from_environment({"RUNG_HOME": str(tmp_path), "RUNG_DATABASE_URL": "postgresql://other/x"})
        assert located(named) is named
