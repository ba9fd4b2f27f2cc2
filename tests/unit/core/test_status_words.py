"""What is made of how it stands: whether Rung does its job, and what somebody should look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.status import NEEDED, PlatformRow, ProcessRow, QueueRow, Status, Versions

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_process(role: str, *loops: str, silent: float = 3, ago: float = 3, version: str = "1.2.3") -> ProcessRow:
    rounds = dict.fromkeys(loops, ago * SECOND)
    return ProcessRow(
        role=role, host="pod-1", pid=7, version=version, began_at=NOW, silent=silent * SECOND, rounds=rounds
    )


WEB = a_process("web", "door")
WORKER = a_process("worker", "intake", "delivery", "notices")
CLOCK = a_process("clock", "sweep", "calendars", "polling")
WELL = Status(now=NOW, processes=(WEB, WORKER, CLOCK), versions=Versions(schema="1", schema_wanted="1"))


def test_with_every_loop_coming_round_and_nothing_old_it_works() -> None:
    assert (WELL.state, WELL.unable, WELL.troubles) == ("working", (), ())


def test_each_part_that_nobody_does_is_named() -> None:
    empty = replace(WELL, processes=())
    assert empty.state == "failing"
    assert empty.unable == tuple(NEEDED.values())
    assert replace(WELL, processes=(WEB, CLOCK)).unable == (NEEDED["intake"], NEEDED["delivery"], NEEDED["notices"])


def test_a_process_that_fell_silent_does_no_work_though_its_row_is_there() -> None:
    gone = a_process("clock", "sweep", silent=46)
    status = replace(WELL, processes=(WEB, WORKER, gone))
    assert status.unable == (NEEDED["sweep"],)
    assert gone.says == "Gone without a word 46 seconds ago."
    assert replace(WELL, processes=(*WELL.processes, gone)).state == "working"


def test_a_loop_that_stands_still_in_a_process_that_lives_does_no_work() -> None:
    hanging = a_process("worker", "intake", "delivery", "notices", ago=301)
    status = replace(WELL, processes=(WEB, CLOCK, hanging))
    assert len(status.unable) == 3
    assert hanging.says == "Stands still: delivery, intake, notices."
    beside = replace(WELL, processes=(*WELL.processes, hanging))
    assert beside.state == "degraded"
    assert beside.troubles == ("worker 7 on pod-1: Stands still: delivery, intake, notices.",)


def test_a_backlog_counts_once_it_is_old() -> None:
    young = QueueRow(work="write_back", waiting=4, overdue=299 * SECOND)
    assert replace(WELL, queues=(young,)).state == "working"
    old = replace(WELL, queues=(replace(young, overdue=600 * SECOND),))
    assert old.unable == ("Nobody has taken up write-backs for 10 minutes: too few workers, or none.",)


def test_a_platform_that_is_down_degrades_and_its_error_is_told() -> None:
    down = PlatformRow(name="jira", breaker="open", failures=5, last_error="jira did not answer in time.")
    status = replace(WELL, platforms=(PlatformRow(name="servicenow"), down))
    assert status.state == "degraded"
    assert status.troubles == ("jira: Left alone while it is down: jira did not answer in time.",)
    failing = replace(down, breaker="closed", failures=2)
    assert failing.says == "Failed 2 times in a row: jira did not answer in time."


def test_processes_of_two_versions_and_another_schema_are_told() -> None:
    newer = a_process("web", "door", version="1.3.0")
    mixed = replace(WELL, processes=(*WELL.processes, newer), versions=Versions(schema_problem="Run `rung migrate`."))
    assert mixed.troubles == (
        "Processes of several versions run: 1.2.3, 1.3.0.",
        "Run `rung migrate`.",
    )
