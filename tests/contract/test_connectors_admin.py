"""What every platform's admin side must do, over real HTTP against the stand-ins: one suite for all folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from connectors.config import Basic, PlatformConfig, Secret
from connectors.discovery import discover, discover_admins
from core.ports import Admin, DeliveryError, PlatformField
from sandbox.embedded import Sandbox
from tests import jira_openapi

KINDS = sorted(discover_admins())
PASSWORD = "sandbox-only"
TITLES = {"servicenow": "short_description", "jira": "summary"}
CHOSEN = {"servicenow": ("state", ("2", "In Progress")), "jira": ("priority", ("2", "High"))}
READ_ONLY = {"servicenow": "sys_mod_count", "jira": "created"}
PEOPLE = {"servicenow": ("assigned_to", "sys_user"), "jira": ("assignee", "user")}


@dataclass
class World:
    box: Sandbox
    config: PlatformConfig

    @property
    def admin(self) -> Admin:
        return discover_admins()[self.config.kind](self.config)

    def named(self, collection: str = "") -> dict[str, PlatformField]:
        return {one.name: one for one in self.admin.fields(collection)}


@pytest.fixture(scope="module", params=["cloud", "datacenter"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(deployment=request.param) as made:
        made.deployment = request.param  # type: ignore[attr-defined]
        yield made


@pytest.fixture(params=KINDS)
def there(request: pytest.FixtureRequest, box: Sandbox) -> Iterator[World]:
    box.reset()
    deployment = box.deployment  # type: ignore[attr-defined]
    on_cloud = request.param == "jira" and deployment == "cloud"
    user = "rung.integration@example.com" if on_cloud else "rung.integration"
    url = box.jira_url if request.param == "jira" else box.servicenow_url
    config = PlatformConfig(
        name="there", kind=request.param, url=url, auth=Basic(user, Secret.of(PASSWORD)), deployment=deployment,
        project="OPS",
    )  # fmt: skip
    yield World(box, config)
    calls = box.calls(request.param)
    assert [one for one in calls if one.get("unexpected")] == []
    if request.param == "jira" and deployment == "cloud" and jira_openapi.is_here():
        assert jira_openapi.breaches(calls) == []


def test_every_platform_can_be_asked() -> None:
    assert set(KINDS) == set(discover())


def test_fields_are_told_with_label_type_and_what_must_be_filled(there: World) -> None:
    title = there.named()[TITLES[there.config.kind]]
    assert (title.type, title.mandatory, title.read_only) == ("string", True, False)
    assert title.label
    assert there.named()[READ_ONLY[there.config.kind]].read_only
    field, target = PEOPLE[there.config.kind]
    assert there.named()[field].reference == target


def test_choices_are_told_as_written_and_as_seen(there: World) -> None:
    field, choice = CHOSEN[there.config.kind]
    assert choice in {(one.value, one.label) for one in there.named()[field].choices}


def test_names_stand_once_and_in_order(there: World) -> None:
    names = [one.name for one in there.admin.fields()]
    assert names == sorted(set(names))
    assert len(names) > 15


def test_only_reading_is_done(there: World) -> None:
    there.admin.fields()
    calls = there.box.calls(there.config.kind)
    assert {one["method"] for one in calls if not one["path"].endswith("/search/jql")} == {"GET"}


@pytest.mark.parametrize("collection", ["nowhere", "x^ORname=sys_user", "a,b", "../../x", "a" * 500])
def test_a_collection_that_is_not_there_is_told_in_a_sentence(there: World, collection: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        there.admin.fields(collection)
    assert caught.value.permanent
    assert caught.value.message.startswith("there")
    assert caught.value.message.endswith((".", ")"))
    there.box.reset()


def test_a_wrong_password_is_told_and_never_shown(there: World) -> None:
    auth = replace(there.config.auth, password=Secret.of("a-wrong-secret"))  # type: ignore[arg-type]
    with pytest.raises(DeliveryError, match=r"credentials|token") as caught:
        World(there.box, replace(there.config, auth=auth)).admin.fields()
    assert "a-wrong-secret" not in caught.value.message


def test_servicenow_tables_have_what_they_inherit_and_their_own_choices(box: Sandbox) -> None:
    config = PlatformConfig(
        name="there", kind="servicenow", url=box.servicenow_url, auth=Basic("rung.integration", Secret.of(PASSWORD))
    )
    world = World(box, config)
    incident, problem = world.named("incident"), world.named("problem")
    assert (incident["impact"].origin, incident["hold_reason"].origin) == ("task", "incident")
    assert [one.label for one in incident["state"].choices][:3] == ["New", "In Progress", "On Hold"]
    assert "4" not in {one.value for one in incident["state"].choices}
    assert problem["state"].choices[0].value == "101"
    assert problem["short_description"].mandatory
    assert "cause_notes" in problem
    assert "cause_notes" not in incident


def test_jira_tells_an_issue_type_that_nobody_can_create(box: Sandbox) -> None:
    deployment = box.deployment  # type: ignore[attr-defined]
    user = "rung.integration@example.com" if deployment == "cloud" else "rung.integration"
    auth = Basic(user, Secret.of(PASSWORD))
    config = PlatformConfig(name="there", kind="jira", url=box.jira_url, auth=auth, deployment=deployment)
    world = World(box, config)
    assert {one.label for one in world.named("OPS/bug")["status"].choices} == {"To Do", "In Progress", "Done"}
    with pytest.raises(DeliveryError, match="Did you mean “Incident”"):
        world.named("OPS/Incidnt")
    with pytest.raises(DeliveryError, match="no project is named"):
        world.named()
