"""The chart's values: what the schema and the README say of them, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chartdoc
import pytest
import yaml
from chart_rendered import CHART, Json, environment, of_kind, pods, refused, rendered, template

VALUES = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))


def test_schema_and_readme_are_what_the_values_say() -> None:
    stale = [path.name for path, text in chartdoc.made().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "make chart"


def _paths(values: Any, schema: Json, above: str = "") -> Iterator[tuple[str, Json | None]]:
    """Each key that has a value and is no part of a value, with what the schema says of it."""
    for key, value in values.items():
        path = f"{above}.{key}".lstrip(".")
        told = schema.get("properties", {}).get(key)
        yield path, told
        if isinstance(value, dict) and told and "default" not in _followed(told):
            yield from _paths(value, told, path)


def _followed(told: Json) -> Json:
    return SCHEMA["definitions"][told["$ref"].rpartition("/")[2]] if "$ref" in told else told


def test_every_value_is_described_in_the_schema_and_in_the_readme() -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    found = list(_paths(VALUES, SCHEMA))
    assert len(found) > 120
    assert [path for path, told in found if told is None or not _followed(told)["description"]] == []
    leaves = [path for path, told in found if told and "default" in _followed(told)]
    assert [path for path in leaves if f"| `{path}` |" not in readme] == []


def test_the_schema_is_closed_wherever_it_names_keys() -> None:
    def open_ones(schema: Any, path: str) -> Iterator[str]:
        if isinstance(schema, dict):
            if "properties" in schema and schema.get("additionalProperties") is not False and "required" not in schema:
                yield path
            for key, below in schema.items():
                yield from open_ones(below, f"{path}/{key}")

    assert list(open_ones(SCHEMA, "")) == []
    assert SCHEMA["additionalProperties"] is False


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ("replicaCount=2", "replicaCount"),
        ("web.replica=3", "replica"),
        ("web.replicas=many", "replicas"),
        ("worker.groups[0].name=Big_Group", "name"),
        ("worker.groups[0].name=a,worker.groups[0].work[0]=delivrey", "work"),
        ("settings.log_level=debug", "log_level"),
        ("redis.url=redis://:secret@redis:6379/0", "url"),
        ("config.documents.polciy=x", "polciy"),
        ("image.digest=latest", "digest"),
        ("podSecurityContext=none", "podSecurityContext"),
        ("networkPolicy.database.ports[0]=postgres", "ports"),
    ],
)
def test_a_mistake_in_the_values_is_refused_by_its_name(mistake: str, sentence: str) -> None:
    assert sentence in refused(mistake)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (["existingSecret="], "existingSecret is not set"),
        (["config.existingConfigMap=mine", "config.mappings.a=x"], "must come from one place"),
        (["worker.groups[0].name=a", "worker.groups[0].work[0]=intake"], "no group with work delivery"),
        (["worker.groups[0].name=a", "worker.groups[1].name=a"], "two groups called a"),
        (["ingress.enabled=true"], "name the hosts"),
        (["gateway.enabled=true"], "name the gateway"),
        (["oidc.issuer=https://login.example.com"], "publicUrl, oidc.clientId and oidc.roles must be set"),
        (["settings.RUNG_DATABASE_URL=postgresql://me:secret@db/rung"], "it follows from database. Say it there"),
        (["settings.RUNG_HEARTBEAT_URL=https://watch.example.com/key"], "follows from monitoring.heartbeat.urlKey"),
        (["settings.RUNG_HOST=127.0.0.1"], "where pods listen and write is the chart's to say"),
        (
            ["secretSettings.RUNG_SECRET_KEY.name=a", "secretSettings.RUNG_SECRET_KEY.key=b"],
            "follows from secretKeyKey",
        ),
        (
            ["settings.RUNG_LOG=text", "secretSettings.RUNG_LOG.name=a", "secretSettings.RUNG_LOG.key=b"],
            "settings.RUNG_LOG and secretSettings.RUNG_LOG are both set",
        ),
        (["worker.autoscaling.enabled=true", "worker.autoscaling.queueAge.source=keda"], "must name the Prometheus"),
    ],
)
def test_values_that_do_not_fit_each_other_are_refused_with_what_to_do(values: list[str], sentence: str) -> None:
    assert sentence in refused(*values)


def test_a_role_may_say_for_itself_what_all_roles_are_told() -> None:
    pods_of = dict(pods(rendered("everything")))
    assert pods_of["rung-clock"]["spec"]["nodeSelector"] == {"pool": "steady"}
    assert pods_of["rung-web"]["spec"]["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert pods_of["rung-web"]["metadata"]["labels"].items() >= {"tier": "door", "cost-centre": "4711"}.items()


def test_what_a_group_says_wins_also_where_it_says_nothing_or_off() -> None:
    made = rendered(
        "keda",
        "rung",
        "worker.groups[0].replicas=0",
        "worker.groups[0].podDisruptionBudget.enabled=false",
        "worker.groups[0].autoscaling.enabled=false",
        "worker.groups[0].extraEnv[0].name=EMPTY",
    )
    (paused,) = (one for one in of_kind(made, "Deployment") if one["metadata"]["name"] == "rung-worker-intake")
    assert paused["spec"]["replicas"] == 0
    assert "rung-worker-intake" not in {one["metadata"]["name"] for one in of_kind(made, "PodDisruptionBudget")}
    assert [one["metadata"]["name"] for one in of_kind(made, "ScaledObject")] == ["rung-worker-delivery"]


def test_numbers_of_settings_stay_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("existingSecret: rung\nsettings: {RUNG_LARGE: 12345678, RUNG_OFF: 0, RUNG_NO: false}\n")
    made = template("--values", str(file))
    web = environment(dict(pods(tuple(one for one in yaml.safe_load_all(made.stdout) if one)))["rung-web"])
    assert (web["RUNG_LARGE"], web["RUNG_OFF"], web["RUNG_NO"]) == ("12345678", "0", "false")


def test_an_authority_for_the_database_is_asked_without_a_further_word() -> None:
    def mode(*sets: str) -> str | None:
        return environment(dict(pods(rendered("minimal", "rung", *sets)))["rung-migrate"]).get("PGSSLMODE")

    assert mode() is None
    assert mode("database.caSecret=ca") == "verify-full"
    assert mode("database.caSecret=ca", "database.sslMode=verify-ca") == "verify-ca"


def test_pods_that_must_keep_apart_leave_room_for_their_successors() -> None:
    def rolled(*sets: str) -> dict[str, Json]:
        made = of_kind(rendered("minimal", "rung", *sets), "Deployment")
        return {one["metadata"]["name"]: one["spec"]["strategy"]["rollingUpdate"] for one in made}

    assert rolled()["rung-clock"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert rolled("clock.antiAffinity=hard")["rung-clock"] == {"maxSurge": 1, "maxUnavailable": 1}
    assert rolled("clock.antiAffinity=hard", "clock.replicas=1")["rung-clock"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_the_values_of_the_readme_are_taken(tmp_path: Path) -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    blocks = [one.partition("```")[0] for one in readme.split("```yaml\n")[1:]]
    assert len(blocks) == 4
    for number, block in enumerate(blocks):
        file = tmp_path / f"{number}.yaml"
        file.write_text(block, encoding="utf-8")
        made = template("--values", str(CHART / "ci" / "minimal-values.yaml"), "--values", str(file))
        assert made.returncode == 0, made.stderr


def test_with_sign_on_the_outside_reaches_the_board() -> None:
    def paths(values: str, *sets: str) -> set[str]:
        (ingress,) = of_kind(rendered(values, "rung", *sets), "Ingress")
        return {one["path"] for one in ingress["spec"]["rules"][0]["http"]["paths"]}

    assert paths("minimal", "ingress.enabled=true", "ingress.hosts[0].host=a.example.com") == {
        "/webhooks",
        "/acknowledge",
        "/assets",
    }
    assert paths("everything") == {"/"}


def test_roles_of_groups_are_told_as_rung_reads_them() -> None:
    web = environment(dict(pods(rendered("everything")))["rung-web"])
    assert web["RUNG_OIDC_ROLES"] == "*=viewer; platform-team=admin"
    assert web["RUNG_OIDC_CLIENT_SECRET"] == "rung/RUNG_OIDC_CLIENT_SECRET"
    assert "RUNG_OIDC_ISSUER" not in environment(dict(pods(rendered("everything")))["rung-migrate"])
