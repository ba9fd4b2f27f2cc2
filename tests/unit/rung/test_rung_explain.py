"""`rung explain` of a webhook's body, by a folder of documents."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

import mappings
from rung import demo
from rung.cli.explain import command

CONFIG = str(Path(demo.__file__).parent / "config")
BODY = json.dumps(
    {
        "version": "4",
        "alerts": [
            {
                "status": "firing",
                "fingerprint": "a1",
                "labels": {"alertname": "PaymentsFail", "service": "payments", "severity": "critical"},
                "annotations": {"summary": "Payments fail"},
                "startsAt": "2026-03-07T02:00:00Z",
                "endsAt": "0001-01-01T00:00:00Z",
            }
        ],
    }
)


def explain(folder: Path, body: str, *options: str) -> Result:
    path = folder / "body.json"
    path.write_text(body)
    return CliRunner().invoke(command, [str(path), "--config", CONFIG, *options])


def test_a_sev1_on_payments_at_three_on_a_saturday(tmp_path: Path) -> None:
    at = "2026-03-07T03:00+00:00"
    result = explain(tmp_path, BODY, "--source", "alertmanager", "--at", at, "--json")
    moments = json.loads(result.output)
    asked = [one for one in moments if one["moment"]["told"]]
    assert [one["moment"]["told"] for one in asked][:4] == [["dana"], ["lee"], ["sam"], ["tomas"]]
    assert asked[0]["moment"]["at"] == "2026-03-07T03:00:00+00:00"
    assert asked[1]["moment"]["at"] == "2026-03-07T03:05:00+00:00"
    assert "SEV1 because impact is high and urgency is high." in moments[0]["sentences"]


def test_the_clocks_warnings_and_misses_are_told_with_their_reasons(tmp_path: Path) -> None:
    result = explain(tmp_path, BODY, "--source", "alertmanager", "--at", "2026-03-07T03:00+00:00", "--json")
    told = {sentence: one["moment"]["at"] for one in json.loads(result.output) for sentence in one["sentences"]}
    assert told["80 % of the time to resolve is spent: the target is 4 hours."] == "2026-03-07T06:12:00+00:00"
    assert told["The target is missed: 4 hours to resolve."] == "2026-03-07T07:00:00+00:00"
    assert told["The target is missed: 30 minutes to update."] == "2026-03-07T03:30:00+00:00"


def test_what_is_over_has_no_future(tmp_path: Path) -> None:
    result = explain(tmp_path, BODY.replace("firing", "resolved"), "--source", "alertmanager")
    assert result.output == "Nothing more would happen by itself.\n"


def test_a_source_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    result = explain(tmp_path, BODY, "--source", "prometheus")
    assert result.exit_code == 2
    assert "there are: servicenow-main, jira-main, alertmanager, grafana" in result.output


def test_a_moment_that_is_none_is_told_with_the_form(tmp_path: Path) -> None:
    result = explain(tmp_path, BODY, "--source", "alertmanager", "--at", "Saturday")
    assert result.exit_code == 2
    assert "write it like 2026-03-07T03:00" in result.output


def test_a_body_that_is_not_understood_is_refused_with_the_reason(tmp_path: Path) -> None:
    result = explain(tmp_path, '{"alerts": 1}', "--source", "alertmanager")
    assert type(result.exception).__name__ == "UnmappedError"
    assert mappings.PACKAGED.name in str(result.exception)
