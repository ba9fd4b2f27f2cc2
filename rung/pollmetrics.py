"""What polling says, as metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from core.polls import PollRow
from core.ports import StorageUnavailableError

_WHERE = ("platform", "collection")


def poll_metrics(rows: Callable[[], Sequence[PollRow]]) -> Iterator[Metric]:
    """The figures of each table and project; none while the database is away."""
    try:
        known = rows()
    except StorageUnavailableError:
        return
    late = GaugeMetricFamily("rung_polling_late_seconds", "Seconds since the last whole round ended.", labels=_WHERE)
    due = GaugeMetricFamily(
        "rung_polling_overdue_seconds", "For how long nobody has polled what is due.", labels=_WHERE
    )
    mark = GaugeMetricFamily(
        "rung_polling_watermark_timestamp_seconds", "Up to when changes were looked at.", labels=_WHERE
    )
    well = GaugeMetricFamily("rung_polling_failing", "1 where the last attempt failed or is held.", labels=_WHERE)
    told = GaugeMetricFamily(
        "rung_polling_webhooks", "1 where the platform has webhooks that should have told what is found.", labels=_WHERE
    )
    found = CounterMetricFamily(
        "rung_polling_found",
        "What polling found that no webhook had told: a rise means lost webhooks.",
        labels=(*_WHERE, "what"),
    )
    for row in known:
        where = (row.platform, row.collection)
        if row.late is not None:
            late.add_metric(where, row.late.total_seconds())
        due.add_metric(where, row.overdue.total_seconds())
        mark.add_metric(where, row.watermark.timestamp())
        well.add_metric(where, float(bool(row.error) or row.held))
        told.add_metric(where, float(row.heard))
        figures = {"change": row.found_records, "comment": row.found_comments, "deletion": row.found_deletions}
        for what, count in figures.items():
            found.add_metric((*where, what), count)
    yield from (late, due, mark, well, told, found)
