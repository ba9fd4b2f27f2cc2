"""The configuration documents: what good ones mean, and in which words broken ones are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import rung
from core.model import Impact, Severity, Urgency
from rung import documents
from rung.documents import DocumentsError, SecretMissingError
from rung.documents.fields import Duration

CATALOGUE = ("alertmanager", "cloudevents", "grafana", "jira", "servicenow")
DEMO = Path(rung.__file__).parent / "demo" / "config"

PLATFORMS = """\
platforms:
  snow:
    kind: servicenow
    url: https://example.service-now.com
    auth: {basic: {user: rung, password: "${SNOW}"}}
  dc:
    kind: jira
    url: https://jira.example.com
    deployment: datacenter
    auth: {bearer: {token: "${TOKEN}"}}
    project: OPS
sources:
  snow: {platform: snow, auth: {header: {name: X-Rung-Secret, secrets: ["${A}", "${B}"]}}}
  alerts: {mapping: alertmanager, auth: {bearer: {secrets: ["${C}"]}}, creates_on: dc}
"""
ROSTER = """\
people:
  dana: {name: Dana Reyes, email: dana.reyes@example.com, notify: ["${DANA}"], accounts: {dc: dreyes}}
  lee: {name: Lee Park}
teams:
  payments:
    name: Payments Support
    groups: {snow: Payments Support}
    on_call:
      L1: {rotation: weekly, starts: 2026-01-05T09:00, time_zone: Europe/Paris, people: [dana, lee]}
"""
POLICY = """\
services:
  payments: {name: Payments, aliases: [payment-api], team: payments}
routing: {default_team: payments}
paths:
  standard:
    rounds: 2
    levels:
      - {name: L1, acknowledge_within: {SEV1: 5m, SEV2: 15m, SEV3: 1h30m, SEV4: 2d}}
      - {name: L2, acknowledge_within: 1h}
    last_resort: lee
reopen_within: 12h
"""


def good() -> dict[str, str]:
    return {"platforms.yaml": PLATFORMS, "roster.yaml": ROSTER, "policy.yaml": POLICY}


def is_read_or_refused(texts: dict[str, str]) -> bool:
    """Whether nothing worse happens than problems being told."""
    try:
        documents.read(texts, CATALOGUE)
    except DocumentsError as refused:
        return bool(refused.problems)
    return True


def problems_of(**changed: str) -> list[str]:
    """The problems when one document says something else: name it without its ending."""
    texts = good() | {f"{name}.yaml": text for name, text in changed.items()}
    with pytest.raises(DocumentsError) as refused:
        documents.read(texts, CATALOGUE)
    return [str(problem) for problem in refused.value.problems]


def test_good_documents_become_typed_values() -> None:
    configuration = documents.read(good(), CATALOGUE, policy_version=7)
    policy = configuration.policy
    assert policy.version == 7
    assert policy.default_path == "standard"
    level = policy.path("standard").levels[0]
    assert level.acknowledge_within[Severity.SEV3] == timedelta(minutes=90)
    assert policy.paths["standard"].levels[1].acknowledge_within[Severity.SEV4] == timedelta(hours=1)
    assert policy.paths["standard"].rounds == 2
    assert policy.reopen_within == timedelta(hours=12)
    service = policy.service_named("Payment-API")
    assert service is not None
    assert service.team == "payments"
    assert policy.severity.matrix[Impact.HIGH, Urgency.LOW] is Severity.SEV3
    assert policy.creates_on == {"alerts": "dc"}
    assert policy.roster.on_call("payments", "L1", datetime(2026, 1, 12, 8, 0, tzinfo=UTC)) == "lee"
    assert policy.roster.people["dana"].ways == ("${DANA}",)
    assert configuration.texts == good()


def test_platforms_and_sources_are_ready_for_their_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    platforms = documents.read(good(), CATALOGUE).platforms
    assert platforms.platforms["dc"].config.deployment == "datacenter"
    assert platforms.platforms["dc"].mapping == "jira"
    assert platforms.sources["snow"].mapping == "servicenow"
    verify = platforms.sources["alerts"].verify
    now = datetime.now(UTC)
    monkeypatch.setenv("C", "first")
    assert verify({"authorization": "Bearer first"}, b"", None, now).name == "ACCEPTED"
    monkeypatch.setenv("C", "rotated")
    assert verify({"authorization": "Bearer first"}, b"", None, now).name == "WRONG"


def test_the_demos_documents_are_good() -> None:
    configuration = documents.load(DEMO, CATALOGUE)
    assert set(configuration.platforms.sources) == {"servicenow-main", "jira-main", "alertmanager", "grafana"}
    assert set(configuration.roster.people) == {"dana", "lee", "sam", "ines", "tomas"}
    assert configuration.warnings == ()


def test_without_any_document_the_packaged_ones_hold() -> None:
    policy = documents.read({}, CATALOGUE).policy
    assert [level.name for level in policy.path("standard").levels] == ["L1", "L2", "L3", "L4", "Executive"]
    standard = [level.acknowledge_within[Severity.SEV2] for level in policy.path("standard").levels]
    assert standard == [timedelta(minutes=15), *(timedelta(hours=hours) for hours in (1, 4, 8, 24))]
    for level in policy.path("standard").levels:
        lengths = [level.acknowledge_within[severity] for severity in Severity]
        assert lengths == sorted(lengths)
    assert set(policy.severity.means) == set(Severity)
    assert policy.roster.people == {}


def test_platforms_alone_are_enough() -> None:
    configuration = documents.read({"platforms.yaml": PLATFORMS}, CATALOGUE)
    assert configuration.policy.default_path == "standard"


def test_a_section_that_the_policy_leaves_out_is_the_packaged_one() -> None:
    policy = documents.read(good() | {"policy.yaml": "severity: {default: SEV2}"}, CATALOGUE).policy
    assert policy.severity.default is Severity.SEV2
    assert policy.severity.matrix[Impact.HIGH, Urgency.HIGH] is Severity.SEV1
    assert len(policy.path("standard").levels) == 5


BROKEN = yaml.safe_load(Path(__file__).with_name("rung_broken_documents.yaml").read_text(encoding="utf-8"))
DEEP_AND_LARGE = [
    ("[" * 5000, "platforms.yaml:1: is nested deeper than 24 levels."),
    ("#" * (1024 * 1024 + 1), "platforms.yaml:1: is larger than 1024 KiB."),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["told"][:60])
def test_a_broken_document_is_refused_with_file_line_path_and_remedy(case: dict[str, Any]) -> None:
    text = good()[f"{case['document']}.yaml"]
    if "change" in case:
        assert case["change"][0] in text
        text = text.replace(*case["change"])
    text = case.get("text", text + case.get("add", ""))
    found = problems_of(**{case["document"]: text})
    assert case["told"] in found
    assert not any("hush" in problem for problem in found)


@pytest.mark.parametrize(("text", "told"), DEEP_AND_LARGE, ids=["deep", "large"])
def test_a_document_made_to_exhaust_us_is_refused(text: str, told: str) -> None:
    assert told in problems_of(platforms=text)


def test_two_services_cannot_share_a_name() -> None:
    second = "  shop: {name: Shop, team: payments, aliases: [PAYMENTS]}\nrouting:"
    assert problems_of(policy=POLICY.replace("routing:", second)) == [
        "policy.yaml:3: services.shop.aliases[0]: “PAYMENTS” already belongs to payments. Each needs its own."
    ]


def test_all_mistakes_of_all_documents_are_told_at_once_in_order() -> None:
    found = problems_of(
        platforms=PLATFORMS.replace("kind: jira", "kind: jra").replace("https://example", "htp://example"),
        roster=ROSTER.replace("Europe/Paris", "Paris"),
        policy=POLICY.replace("12h", "soon"),
    )
    assert [problem.split(": ")[0] for problem in found] == [
        "platforms.yaml:4",
        "platforms.yaml:7",
        "policy.yaml:11",
        "roster.yaml:9",
    ]


def test_plain_http_to_this_machine_needs_no_word_and_elsewhere_is_a_warning_when_allowed() -> None:
    local = PLATFORMS.replace("https://jira.example.com", "http://localhost:8080")
    assert documents.read(good() | {"platforms.yaml": local}, CATALOGUE).warnings == ()
    allowed = PLATFORMS.replace("https://jira", "http://jira").replace(
        "project: OPS", "project: OPS\n    insecure: true"
    )
    (warning,) = documents.read(good() | {"platforms.yaml": allowed}, CATALOGUE).warnings
    assert str(warning) == (
        "platforms.yaml:8: platforms.dc.url: credentials go over plain http, where others on the way can read them. "
        "insecure: true allows it."
    )


def test_secrets_that_are_not_set_are_told_by_name_and_place_but_stop_no_reading() -> None:
    configuration = documents.read(good(), CATALOGUE)
    told = [str(problem) for problem in documents.missing(configuration, {"SNOW": "x", "A": "x", "B": "x", "C": "x"})]
    assert told == [
        "platforms.yaml:10: platforms.dc.auth.bearer.token: the environment variable TOKEN is not set here.",
        "roster.yaml:2: people.dana.notify[0]: the environment variable DANA is not set here.",
    ]


def test_a_way_is_resolved_at_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASS", "hush")
    assert documents.resolve("mailto://me:${PASS}@example.com") == "mailto://me:hush@example.com"
    monkeypatch.delenv("PASS")
    with pytest.raises(SecretMissingError, match="PASS is not set"):
        documents.resolve("${PASS}")


def test_no_repr_of_a_configuration_holds_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SNOW", "TOKEN", "A", "B", "C", "DANA"):
        monkeypatch.setenv(name, "hush")
    assert "hush" not in repr(documents.read(good(), CATALOGUE))


def test_an_older_policy_is_made_although_its_team_has_gone() -> None:
    roster = documents.read({}, CATALOGUE).roster
    policy = documents.policy_of(POLICY, version=3, roster=roster, creates_on={})
    assert policy.version == 3
    assert policy.default_team == "payments"


def test_a_folder_is_read_with_its_own_mappings(tmp_path: Path) -> None:
    (tmp_path / "platforms.yaml").write_text(PLATFORMS.replace("mapping: alertmanager", "mapping: own"))
    (tmp_path / "mappings" / "own").mkdir(parents=True)
    (tmp_path / "mappings" / "own" / "mapping.yaml").write_text("title: Own\n")
    (tmp_path / "README.md").write_text("not ours")
    configuration = documents.load(tmp_path, CATALOGUE)
    assert set(configuration.texts) == {"platforms.yaml", "mappings/own/mapping.yaml"}


def test_what_is_no_document_in_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "platform.yml").write_text("")
    (tmp_path / "roster.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "policy.yaml").mkdir()
    with pytest.raises(DocumentsError) as refused:
        documents.read_folder(tmp_path)
    assert [str(problem) for problem in refused.value.problems] == [
        (
            "platform.yml: is not a document's name. Did you mean “platforms.yaml”? "
            "Allowed: platforms.yaml, policy.yaml, roster.yaml."
        ),
        "policy.yaml: cannot be read: it is no regular file.",
        "roster.yaml: cannot be read: it is not UTF-8 text.",
    ]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentsError, match="holds no configuration document"):
        documents.read_folder(tmp_path / "empty")
    with pytest.raises(DocumentsError, match="is not a folder"):
        documents.read_folder(tmp_path / "none")


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=365)))
def test_every_length_of_time_that_is_written_out_is_read_back(length: timedelta) -> None:
    seconds = int(length.total_seconds())
    minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86400
    text = "".join(f"{n}{u}" for n, u in ((days, "d"), (hours, "h"), (minutes, "m"), (seconds % 60, "s")) if n)
    assert Duration().deserialize(text) == timedelta(seconds=seconds)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_problems_and_nothing_else(text: str) -> None:
    for name in ("platforms.yaml", "roster.yaml", "policy.yaml"):
        assert is_read_or_refused({name: text})


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "platforms",
                    "sources",
                    "a",
                    "kind",
                    "url",
                    "auth",
                    "basic",
                    "user",
                    "password",
                    "people",
                    "teams",
                    "name",
                    "on_call",
                    "layers",
                    "overrides",
                    "swap",
                    "hours",
                    "days",
                    "from",
                    "until",
                    "every",
                    "time_off",
                    "groups",
                    "severity",
                    "matrix",
                    "high",
                    "paths",
                    "levels",
                    "acknowledge_within",
                    "services",
                    "team",
                    "routing",
                    "timeout",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["platforms", "sources", "people", "teams", "severity", "paths", "services", "routing"]),
        _VALUES,
    )
)
def test_any_structure_is_read_or_refused_with_problems_and_nothing_else(data: dict[str, object]) -> None:
    text = yaml.safe_dump(data)
    for name in ("platforms.yaml", "roster.yaml", "policy.yaml"):
        assert is_read_or_refused({name: text})
