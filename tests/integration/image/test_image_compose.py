"""The compose file: its roles are the image's, confined as in a cluster, and start in the right order."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from dockerfile import ROOT, read

from rung import __version__
from rung.cli.main import TABLE
from rung.ending import within
from rung.settings import Settings

TEXT = (ROOT / "compose.yaml").read_text()
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("${IMAGE")}
ROLES = ("web", "worker", "clock")
IMAGE = read().environment("rung")


def test_it_runs_every_role_and_what_comes_before() -> None:
    assert set(OURS) == {"migrate", "apply", *ROLES}
    assert {one["image"] for one in OURS.values()} == {f"${{IMAGE:-rung:{__version__}}}"}
    assert {one["command"][0] for one in OURS.values()} <= set(TABLE)


@pytest.mark.parametrize("name", OURS)
def test_each_of_ours_is_confined(name: str) -> None:
    one = OURS[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "user", "cap_add", "devices", "pid", "network_mode"} & set(one)
    written = {place.partition(":")[0] for place in one["tmpfs"]}
    assert written == {"/tmp", IMAGE["RUNG_HOME"]}  # noqa: S108 - a container's own
    assert one["volumes"] == ["./config:/etc/rung/config:ro"]


@pytest.mark.parametrize("name", OURS)
def test_each_of_ours_has_settings_that_are_good_and_time_to_end(name: str) -> None:
    one = OURS[name]
    filled = {key: re.sub(r"\$\{\w+:\?[^}]*\}", "k" * 32, value) for key, value in one["environment"].items()}
    settings = Settings.from_environment(IMAGE | filled)
    assert settings.database_url.endswith("@postgres:5432/rung")
    assert settings.redis_url == "redis://redis:6379/0"
    assert int(one["stop_grace_period"].removesuffix("s")) >= within(settings.grace_seconds)


def test_the_schema_comes_first_then_the_documents_then_the_roles() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["apply"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert {
        name
        for name in ROLES
        if SERVICES[name]["depends_on"] != {"apply": {"condition": "service_completed_successfully"}}
    } == set()
    assert {name: SERVICES[name]["restart"] for name in OURS} == {
        **dict.fromkeys(ROLES, "unless-stopped"),
        "migrate": "no",
        "apply": "no",
    }


def test_each_role_is_asked_for_its_health_where_it_answers() -> None:
    metrics = IMAGE["RUNG_METRICS_PORT"]
    for name, port in {"web": IMAGE["RUNG_PORT"], "worker": metrics, "clock": metrics}.items():
        first, program, option, code = SERVICES[name]["healthcheck"]["test"]
        assert (first, program, option) == ("CMD", "python", "-c")
        assert f"127.0.0.1:{port}/readyz" in code
        compile(code, name, "exec")


def test_only_the_web_role_is_reached_and_only_from_the_machine_itself() -> None:
    assert {name: one["ports"] for name, one in SERVICES.items() if "ports" in one} == {"web": ["127.0.0.1:8321:8321"]}
    assert FILE["networks"]["inside"] == {"internal": True}
    assert {name: one["networks"] for name, one in SERVICES.items() if name not in OURS} == {
        "postgres": ["inside"],
        "redis": ["inside"],
    }


def test_secrets_are_asked_for_and_none_stands_in_it() -> None:
    assert set(re.findall(r"\$\{(\w+):\?", TEXT)) == {"POSTGRES_PASSWORD", "RUNG_SECRET_KEY"}
    assert all(one["env_file"] == [".env"] for one in OURS.values())
    assert not re.search(r"https?://(?!127\.0\.0\.1)", TEXT)
