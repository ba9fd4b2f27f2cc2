"""One ticket with records on two platforms, and on two instances of one: who leads a field decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from connectors import discover
from core.model import ActionStatus, EscalateNow, Verb
from core.policy import RollOut, Sync, WorksOn
from rung.live import packaged
from rung.loaded import BoundMappings
from sandbox.embedded import Sandbox
from sandbox.seed import load_seed
from tests.integration.core.test_core_feature_handing_over import escalated, opened, with_engineers
from tests.integration.world import SECRET, World, world


@contextmanager
def pair(url: str, folder: Path, sync: Sync | None = None) -> Iterator[World]:
    with world(url, folder, change=with_engineers(sync or Sync(), WorksOn("jira", "PAY"))) as made:
        yield made


def edited(rung: World, number: str, **fields: str) -> None:
    rung.box.act("servicenow", "update", who="ines.moreau", number=number, fields=fields)
    rung.settle()


def texts(rung: World, number: str, key: str) -> tuple[str, str]:
    return rung.box.incident(number)["fields"]["short_description"], rung.box.issue(key)["summary"]


def test_what_the_leading_platform_does_not_say_is_put_back_with_the_reason(postgres_url: str, tmp_path: Path) -> None:
    with pair(postgres_url, tmp_path, Sync(fields={"title": "servicenow"})) as rung:
        number, key = escalated(rung)
        rung.box.act("jira", "edit", who="lee.park", key=key, fields={"summary": "Not ours"})
        rung.settle()
        assert texts(rung, number, key) == ("Payments fail", "Payments fail")
        (conflict,) = rung.page().ticket.conflicts
        assert (conflict.leader, conflict.lost.value, conflict.lost.by) == ("servicenow", "Not ours", "Lee Park")
        assert any("The first counts because servicenow leads the field" in one["text"] for one in comments(rung, key))
        page = rung.flask.test_client().get("/tickets/1").get_data(as_text=True)
        assert "1, the latest: title: “Payments fail”" in page
        edited(rung, number, short_description="Cards fail")
        assert texts(rung, number, key) == ("Cards fail", "Cards fail")


def comments(rung: World, key: str) -> list[dict[str, str]]:
    return list(rung.box.issue(key)["comments"])


def test_an_edit_makes_one_write_on_the_other_side_and_none_comes_back(postgres_url: str, tmp_path: Path) -> None:
    with pair(postgres_url, tmp_path) as rung:
        number, key = escalated(rung)
        rung.box.fault("jira", kind="webhook_twice", event="*")
        rung.box.fault("servicenow", kind="webhook_twice", event="*")
        before = writes(rung)
        for index in range(5):
            edited(rung, number, short_description=f"Title {index}", description=f"Text {index}")
            rung.box.act("jira", "edit", who="lee.park", key=key, fields={"description": f"More {index}"})
            rung.settle()
        assert writes(rung) - before == 10
        assert texts(rung, number, key) == ("Title 4", "Title 4")
        assert rung.box.incident(number)["fields"]["description"] == "More 4"


def writes(rung: World) -> int:
    return sum(one.verb is Verb.WRITE_RECORD for one in rung.page().actions)


def test_a_shadowed_ticket_creates_and_writes_nothing_anywhere(postgres_url: str, tmp_path: Path) -> None:
    change = with_engineers(Sync(), WorksOn("jira", "PAY"))
    with world(
        postgres_url, tmp_path, change=lambda one: replace(change(one), roll_out=RollOut(everything=True))
    ) as rung:
        opened(rung)
        rung.app.desk.command(1, EscalateNow("dana.reyes", "in a test", "it is beyond us"))
        rung.settle()
        assert rung.box.issues() == []
        (made,) = (one for one in rung.page().actions if one.verb is Verb.CREATE_RECORD)
        assert made.status is ActionStatus.SHADOW


@contextmanager
def two_sites(url: str, folder: Path) -> Iterator[tuple[World, Sandbox]]:
    """The world with a second Jira site, `eng`, on which the engineers work; its ids are those of the first."""
    with ExitStack() as stack:
        rung = stack.enter_context(world(url, folder, change=with_engineers(Sync(), WorksOn("eng", "OPS"))))
        second = stack.enter_context(Sandbox(seed=load_seed(), time_file=folder / "time.json", speed=1000))
        first = rung.loaded.platforms["jira"]
        config = replace(first._config, name="eng", url=second.jira_url)  # type: ignore[attr-defined]
        bound = packaged()["jira"].bind("eng", "eng", second.jira_url)
        by_source = rung.loaded.mappings.by_source  # type: ignore[attr-defined]
        rung.loaded = replace(
            rung.loaded,
            platforms={**rung.loaded.platforms, "eng": discover()["jira"](config, bound.out)},
            mappings=BoundMappings({**by_source, "eng": bound}),
            sources={**rung.loaded.sources, "eng": replace(rung.loaded.sources["jira"], name="eng")},
        )
        second.targets("jira", [{"url": f"{rung.url}/webhooks/eng", "secret": SECRET}])
        yield rung, second


def settled(rung: World, second: Sandbox) -> None:
    for _ in range(3):
        second.settle()
        rung.settle()


def test_two_sites_of_one_product_are_two_platforms(postgres_url: str, tmp_path: Path) -> None:
    with two_sites(postgres_url, tmp_path) as (rung, second):
        fields = {"summary": "Logins fail", "priority": "Low"}
        first_key = rung.box.act("jira", "create", who="ines.moreau", project="OPS", fields=fields)["key"]
        rung.settle()
        rung.app.desk.command(1, EscalateNow("dana.reyes", "in a test", "it is beyond us"))
        settled(rung, second)
        (issue,) = second.issues()
        assert (issue["key"], issue["summary"]) == (first_key, "Logins fail")
        assert issue["id"] == rung.box.issue(first_key)["id"]
        second.act("jira", "edit", who="lee.park", key=issue["key"], fields={"summary": "All logins fail"})
        settled(rung, second)
        assert rung.box.issue(first_key)["summary"] == "All logins fail"
        rung.box.act("jira", "edit", who="ines.moreau", key=first_key, fields={"priority": "High"})
        settled(rung, second)
        assert second.issue(issue["key"])["priority"] == "High"
        assert [record.ref.platform for record in rung.page().ticket.records] == ["jira", "eng"]
        assert rung.page().ticket.conflicted == 0
        second.assert_nothing_unexpected()
