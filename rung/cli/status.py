"""`rung status`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

from core.status import PlatformRow, ProcessRow, QueueRow, Status
from rung.cli.output import facts, harmless, json_option, length, moment, plain, print_json, table

_STATES = {
    "working": "Rung works.",
    "degraded": "Rung works; somebody should look at this:",
    "failing": "Rung does not do its job:",
}
_ENDED = {
    "dead_notice": ("messages that reached nobody", "rung actions list --status dead"),
    "dead_write_back": ("writes that were refused", "rung actions list --status dead"),
    "dead_signal": ("things that tickets could not be told by others", "rung tickets retell"),
    "failing_timer": ("timers that fail whenever they are tried", "the clock's log names their tickets"),
    "unmapped_delivery": ("deliveries not understood", "rung deliveries list --status unmapped"),
    "failed_delivery": ("failed deliveries", "rung deliveries list --status failed"),
}


@click.command(name="status")
@json_option
def command(as_json: bool) -> int:
    """Show how it stands with Rung itself: processes, platforms, what waits, versions.

    Ends with 1 where Rung does not do its job, or somebody should look at something.
    """
    from rung.cli.desk import desk

    status = desk().status()
    if as_json:
        from core.status import in_words

        print_json(plain(in_words(status)))
    else:
        _show(status)
    return 0 if status.state == "working" else 1


def _show(status: Status) -> None:
    click.secho(_STATES[status.state], bold=True)
    for sentence in (*status.unable, *status.troubles):
        click.echo(f"  - {harmless(sentence)}")
    for columns, rows, nothing in _tables(status):
        click.echo()
        table(columns, rows, nothing)
    click.echo()
    facts(_facts(status))


def _tables(status: Status) -> Iterator[tuple[Sequence[str], list[Sequence[str]], str]]:
    processes = ("PROCESS", "ID", "HOST", "VERSION", "SINCE", "")
    yield processes, [_process(one) for one in status.processes], "No process says that it runs."
    platforms = ("PLATFORM", "BREAKER", "WAITING", "DEAD", "LAST SUCCESS", "LAST ERROR", "POLLED", "")
    yield platforms, [_platform(one) for one in status.platforms], "No platform is named in platforms.yaml."
    queues = ("WORK", "WAITING", "OLDEST", "")
    yield queues, [_queue(one, status.now) for one in status.queues], ""


def _process(row: ProcessRow) -> tuple[str, ...]:
    return row.role, str(row.pid), row.host, row.version, moment(row.began_at), row.says


def _platform(row: PlatformRow) -> tuple[str, ...]:
    error = f"{moment(row.failed_at)}: {row.last_error}" if row.failed_at else ""
    polled = (f"{one.collection} {length(one.late)} ago" if one.late else one.collection for one in row.polling)
    counts = str(row.waiting), str(row.dead)
    return row.name, row.breaker, *counts, moment(row.succeeded_at), error, ", ".join(polled), row.says


def _queue(row: QueueRow, now: datetime) -> tuple[str, ...]:
    # Deliveries and signals wait by the wall, everything else by the policy's time.
    since = datetime.now(UTC) if row.work in {"delivery", "signal"} else now
    oldest = length(max(since - row.since, row.since - row.since)) if row.since else ""
    return row.work.replace("_", "-"), str(row.waiting), oldest, row.says


def _facts(status: Status) -> Iterator[tuple[str, str]]:
    for what, many in sorted(status.ended.items()):
        name, see = _ENDED[what]
        yield "needs a look", f"{many} {name}: {see}" if many else ""
    if status.heartbeat:
        yield "heartbeat", status.heartbeat.error or f"last went out {moment(status.heartbeat.sent_at)}"
    versions = status.versions
    yield "Rung", versions.rung
    yield "schema", versions.schema
    yield "PostgreSQL", versions.postgresql
    yield "documents", ", ".join(f"{name} version {number}" for name, number in sorted(versions.documents.items()))
