"""`rung connect` against the stand-ins: what it finds, what it proves, what it sets up, and what it never shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from defusedxml import ElementTree

from rung.cli.connect import command
from sandbox.embedded import Sandbox
from sandbox.seed import Seed, load_seed

ADDRESS = "https://rung.example.com"
SECRETS = {"PASSWORD": "sandbox-only", "KEY": "sandbox-only-key", "SIGNED": "the-secret-of-the-hook"}
ADMIN = {"CONNECT_TOKEN": "sandbox-only"}


class Office:
    """Somebody who sets Rung up: a folder of documents about the stand-ins, and the command."""

    def __init__(self, box: Sandbox, folder: Path, deployment: str) -> None:
        self.box, self.folder = box, folder
        basic = '{basic: {user: rung.integration@example.com, password: "${PASSWORD}"}}'
        self.jira = basic if deployment == "cloud" else '{bearer: {token: "${KEY}"}}'
        self.deployment = deployment
        self.write()

    def write(self, *, servicenow: str = "close_code: Solution provided", jira: str = "project: OPS") -> None:
        user = '{basic: {user: rung.integration, password: "${PASSWORD}"}}'
        there = f"insecure: true, deployment: {self.deployment}, auth: {self.jira}, {jira}"
        (self.folder / "platforms.yaml").write_text(f"""
platforms:
  snow: {{kind: servicenow, url: "{self.box.servicenow_url}", insecure: true, auth: {user}, {servicenow}}}
  jira: {{kind: jira, url: "{self.box.jira_url}", {there}}}
sources:
  snow: {{platform: snow, auth: {{header: {{name: X-Rung-Secret, secrets: ["${{SIGNED}}"]}}}}}}
  jira: {{platform: jira, auth: {{hub_signature: {{secrets: ["${{SIGNED}}"]}}}}}}
""")

    def connect(self, *arguments: str, **environment: str) -> Result:
        said = [arguments[0], "--config", str(self.folder), "--address", ADDRESS, *arguments[1:]]
        result = CliRunner().invoke(command, said, env={**SECRETS, **environment})
        assert not any(secret in result.output for secret in SECRETS.values())
        return result

    def findings(self, *arguments: str, **environment: str) -> dict[str, list[dict[str, Any]]]:
        told = json.loads(self.connect(*arguments, "--json", **environment).stdout)
        by_verdict: dict[str, list[dict[str, Any]]] = {"good": [], "missing": [], "unsure": []}
        for one in told:
            by_verdict[one["verdict"]].append(one)
        return by_verdict


@contextmanager
def office(folder: Path, deployment: str = "cloud", seed: Seed | None = None) -> Iterator[Office]:
    with Sandbox(deployment=deployment, seed=seed) as box:
        yield Office(box, folder, deployment)
        box.assert_nothing_unexpected()


def seed_with(user: str, **changed: Any) -> Seed:
    """The seed with somebody changed."""
    seed = load_seed()
    people = tuple(replace(one, **changed) if one.user_name == user else one for one in seed.people)
    return replace(seed, people=people, by_name={one.user_name: one for one in people})


def told(findings: list[dict[str, Any]]) -> str:
    return "\n".join(f"{one['what']} {one['remedy']} {one['who']}" for one in findings)


def test_a_jira_that_lacks_nothing_is_told_so_but_for_what_administrators_see(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        result = there.connect("jira")
        assert result.exit_code == 4
        assert "has all 10 permissions" in result.output
        assert "Webhooks are shown to administrators only." in result.output
        found = there.findings("jira")
        assert not found["missing"]
        assert len(found["good"]) == 5


def test_each_permission_that_is_missing_is_told_with_who_can_grant_it(tmp_path: Path) -> None:
    with office(tmp_path, seed=seed_with("rung.integration", roles=("read_only",))) as there:
        found = there.findings("jira")
        assert there.connect("jira").exit_code == 1
        for key in ("CREATE_ISSUES", "EDIT_ISSUES", "ASSIGN_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS"):
            assert f"Give the account the permission {key} in OPS." in told(found["missing"])
        assert "BROWSE_PROJECTS" not in told(found["missing"])
        assert all("permission scheme" in one["who"] for one in found["missing"] if "permission" in one["remedy"])


def test_wrong_credentials_end_the_questions_with_what_to_do(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        for kind in ("jira", "servicenow"):
            found = there.findings(kind, PASSWORD="wrong")
            assert [len(found[verdict]) for verdict in ("good", "missing")] == [0, 1]
            assert "does not let Rung in" in told(found["missing"])


def test_a_project_and_an_issue_type_that_are_not_there_are_told(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        there.write(jira="project: NOPE")
        assert "It shows no project NOPE." in told(there.findings("jira")["missing"])
        there.write(jira="project: OPS, issue_type: Outage")
        assert "OPS has no issue type Outage. Write one of these" in told(there.findings("jira")["missing"])


def test_another_deployment_than_configured_is_told(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        there.deployment = "datacenter"
        there.write()
        assert "It is Jira Cloud. Write deployment: cloud" in told(there.findings("jira")["missing"])


@pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
def test_the_webhook_is_registered_once_signed_and_really_arrives(tmp_path: Path, deployment: str) -> None:
    with office(tmp_path, deployment, seed_with("tomas.novak", api_key="admins-own")) as there:
        key = {"CONNECT_TOKEN": "sandbox-only" if deployment == "cloud" else "admins-own"}
        for _ in range(2):
            result = there.connect(
                "jira", "--register", "--as", "tomas.novak@example.com", "--jql", "project = OPS", **key
            )
            assert f"tells {ADDRESS}/webhooks/jira about issues of project = OPS." in result.output
            assert result.exit_code == 0
        there.box.act("jira", "create", who="dana.reyes", project="OPS", fields={"summary": "Down"})
        hooks = there.box.webhooks("jira")
        assert [(one["event"], one["url"]) for one in hooks] == [("jira:issue_created", f"{ADDRESS}/webhooks/jira")]
        assert there.box.box.stands[1].hooks.targets[-1]["secret"] == SECRETS["SIGNED"]


def test_a_webhook_that_tells_too_little_is_told_with_the_events(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        target = {
            "id": 1,
            "name": "Old",
            "jql": "",
            "url": f"{ADDRESS}/webhooks/jira",
            "events": ["jira:issue_created"],
        }
        there.box.targets("jira", [target])
        found = there.findings("jira", "--as", "tomas.novak@example.com", **ADMIN)
        assert "The webhook Old does not tell: jira:issue_updated" in told(found["missing"])


def test_only_an_administrator_registers_and_the_refusal_says_so(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        result = there.connect("jira", "--register")
        assert result.exit_code == 1
        assert "Only a Jira administrator may register webhooks: name one with --as." in result.output


def test_a_servicenow_is_looked_at_as_far_as_its_account_sees(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        found = there.findings("servicenow")
        assert not found["missing"]
        assert "It is the user rung.integration." in told(found["good"])
        assert "Roles are shown to administrators only." in told(found["unsure"])


def test_an_administrator_sees_roles_and_what_tells_rung(tmp_path: Path) -> None:
    with office(tmp_path, seed=seed_with("rung.integration", roles=("approver_user",))) as there:
        found = there.findings("servicenow", "--as", "tomas.novak", **ADMIN)
        assert "rung.integration has only: approver_user. Give rung.integration the role itil." in told(
            found["missing"]
        )
        assert "neither the REST message Rung nor the Business Rule Tell Rung" in told(found["unsure"])


def test_a_close_code_that_the_instance_does_not_have_is_told_with_those_it_has(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        there.write(servicenow="close_code: Fixed by magic")
        missing = told(there.findings("servicenow")["missing"])
        assert "The instance has no close code Fixed by magic. Write one of these as close_code" in missing
        there.write()
        assert "Rung resolves with the close code Solution provided" in told(there.findings("servicenow")["good"])


@pytest.mark.parametrize("kind", ["servicenow", "jira"])
def test_the_rights_to_write_are_proved_by_writing(tmp_path: Path, kind: str) -> None:
    with office(tmp_path) as there:
        found = there.findings(kind, "--try")
        assert not found["missing"]
        said = told(found["good"])
        assert all(what in said for what in ("It creates a record", "It writes an internal note", "It resolves it"))
        records = there.box.incidents() if kind == "servicenow" else there.box.issues()
        assert len(records) == 1


@pytest.mark.parametrize("kind", ["servicenow", "jira"])
def test_a_refused_write_is_told_in_the_platforms_words(tmp_path: Path, kind: str) -> None:
    with office(tmp_path) as there:
        there.box.fault(kind, kind="status", status=403, method="POST")
        found = there.findings(kind, "--try")
        assert "It does not yet: creates a record." in told(found["missing"])
        assert not there.box.incidents() + there.box.issues()


def test_the_update_set_holds_the_rule_for_each_table_and_no_secret(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        path = tmp_path / "rung.xml"
        result = there.connect("servicenow", "--update-set", str(path), "--table", "incident", "--table", "problem")
        assert result.exit_code == 0
        assert SECRETS["SIGNED"] not in path.read_text()
        first = path.read_text().replace("<", "")
        there.connect("servicenow", "--update-set", str(path), "--table", "incident", "--table", "problem")
        ids = [one.text for one in ElementTree.parse(path).iter("sys_id")]
        assert all(f"sys_id>{one}" in first for one in ids)
    payloads = [ElementTree.fromstring(one.text) for one in ElementTree.parse(path).iter("payload")]
    by_table: dict[str, list[dict[str, str]]] = {}
    for payload in payloads:
        fields = {field.tag: field.text or "" for field in payload[0]}
        by_table.setdefault(payload.get("table"), []).append(fields)
    assert [one["collection"] for one in by_table["sys_script"]] == ["incident", "problem"]
    assert all("rung.user" in one["condition"] and "executeRule" in one["script"] for one in by_table["sys_script"])
    assert by_table["sys_rest_message"][0]["rest_endpoint"] == f"{ADDRESS}/webhooks/snow"
    assert by_table["sys_rest_message_fn"][0]["rest_message"] == by_table["sys_rest_message"][0]["sys_id"]
    assert [(one["name"], one["value"]) for one in by_table["sys_properties"]] == [("rung.user", "rung.integration")]


def test_wrong_names_are_answered_with_what_there_is(tmp_path: Path) -> None:
    with office(tmp_path) as there:
        assert "no jira platform called snow; there is jira." in there.connect("jira", "snow").output
        assert (
            "'in;cident' is not the name of a table"
            in there.connect("servicenow", "--update-set", str(tmp_path / "x"), "--table", "in;cident").output
        )
        (tmp_path / "platforms.yaml").write_text("platforms: {}\n")
        assert "names no platform of the kind jira" in there.connect("jira").output
