"""The systemd units: real commands, ended in time, started in order, and allowed little."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict

import pytest
from dockerfile import ROOT

from rung.cli.main import TABLE
from rung.ending import within
from rung.settings import SETTINGS, Settings

FOLDER = ROOT / "docs/systemd"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
ROLES = [name for name in SERVICES if name != "rung-migrate.service"]
_MUST = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
    "User": "rung",
    "StateDirectory": "rung",
    "EnvironmentFile": "/etc/rung/rung.env",
}


def unit(name: str) -> dict[str, dict[str, list[str]]]:
    """A unit: section, key, and each value that the key is given."""
    read: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in (FOLDER / name).read_text().splitlines():
        if found := re.fullmatch(r"\[(\w+)\]", line):
            section = found[1]
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            assert re.fullmatch(r"[A-Z]\w+", key), line
            read[section][key].append(value)
    return read


def environment(name: str) -> dict[str, str]:
    """What a unit sets itself."""
    return dict(word.split("=", 1) for line in unit(name)["Service"]["Environment"] for word in shlex.split(line))


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_runs_commands_that_there_are(name: str) -> None:
    lines = [shlex.split(line) for line in unit(name)["Service"]["ExecStart"]]
    assert {line[0] for line in lines} == {"/opt/rung/bin/rung"}
    assert {line[1] for line in lines} <= set(TABLE)
    assert set(environment(name)) <= {one.name for one in SETTINGS}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_allowed_little(name: str) -> None:
    said = unit(name)["Service"]
    assert {key: said[key] for key in _MUST} == {key: [value] for key, value in _MUST.items()}


@pytest.mark.parametrize("name", ROLES)
def test_each_role_is_ended_orderly_in_time_and_started_again(name: str) -> None:
    said = unit(name)["Service"]
    settings = Settings.from_environment(environment(name))
    assert int(said["TimeoutStopSec"][0]) >= within(settings.grace_seconds)
    assert (said["KillSignal"], said["KillMode"], said["Restart"]) == (["SIGTERM"], ["mixed"], ["always"])


@pytest.mark.parametrize("name", ROLES)
def test_each_role_waits_for_the_migration_and_belongs_to_the_whole(name: str) -> None:
    said = unit(name)
    assert said["Unit"]["Wants"] == ["rung-migrate.service"]
    assert "Requires" not in said["Unit"], "a document with a mistake, or a database that is late, would stop the role"
    assert "rung-migrate.service" in said["Unit"]["After"][0].split()
    assert said["Unit"]["PartOf"] == said["Install"]["WantedBy"] == ["rung.target"]


def test_the_whole_wants_units_that_there_are() -> None:
    wanted = unit("rung.target")["Unit"]["Wants"][0].split()
    assert {re.sub(r"@\d+", "@", name) for name in wanted} == set(ROLES) - {"rung-mail.service"}


def test_the_migration_is_tried_again_where_the_database_came_late() -> None:
    said = unit("rung-migrate.service")["Service"]
    assert (said["Restart"], said["Type"]) == (["on-failure"], ["oneshot"])
    assert int(said["TimeoutStartSec"][0]) > 1800, "a statement of a step may take half an hour"
