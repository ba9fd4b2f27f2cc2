"""The tables, as SQLAlchemy Core sees them. The migrations make them; a test holds the two together.

A ticket's whole body is one jsonb value that only the engine reads; what queries need stands beside it in columns.
Moments of the policy (opened, due, at, held, told) are in the policy's time; leases and next attempts are in the
database's own time, `clock_timestamp()`, so that workers on many machines agree and an accelerated policy clock does
not shorten them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _moment(name: str, *, nullable: bool = False, default_now: bool = False) -> Column[object]:
    server_default = text("clock_timestamp()") if default_now else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=server_default)


deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("source", Text, nullable=False),
    Column("key", Text),
    _moment("received_at"),
    Column("content_type", Text, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("status", Text, nullable=False, server_default="received"),
    Column("error", Text, nullable=False, server_default=""),
    Column("outcome", JSONB, nullable=False, server_default="[]"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("attempt_at", default_now=True),
    Column("trace", Text),
    Index("deliveries_key", "source", "key", unique=True, postgresql_where=text("key IS NOT NULL")),
    Index("deliveries_waiting", "attempt_at", "id", postgresql_where=text("status = 'received'")),
    Index("deliveries_status", "status", "id"),
    Index("deliveries_received", "received_at", postgresql_using="brin"),
)

triage = Table(
    "triage",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False),
    _moment("until"),
    Column("looked", BigInteger, nullable=False),
)
"""One row: who looks through the deliveries that wait, until when, and the last one that was looked at."""

attendance = Table(
    "attendance",
    metadata,
    Column("source", Text, primary_key=True),
    _moment("heard_at", nullable=True),
    _moment("watched_since", nullable=True),
    _moment("silent_since", nullable=True),
)

listening = Table(
    "listening",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    _moment("since"),
    _moment("seen_at"),
)

documents = Table(
    "documents",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", Text, nullable=False),
    Column("digest", Text, nullable=False),
    _moment("applied_at", default_now=True),
    Column("applied_by", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
)

compatibility = Table(
    "compatibility",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("oldest", Text, nullable=False),
)
"""One row: the oldest schema whose code may run on this one (`core.store.schema`)."""

tickets = Table(
    "tickets",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("service", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    Column("exhausted", Boolean, nullable=False),
    Column("owner", Text, nullable=False, server_default=""),
    Column("shadow", Boolean, nullable=False, server_default=text("false")),
    Column("standing", SmallInteger, nullable=False, server_default="3"),
    _moment("deadline", nullable=True),
    _moment("opened_at"),
    _moment("updated_at"),
    Column("body", JSONB, nullable=False),
    Column("likeness", Text),
    Column("gathers", Text),
    Column("parent", BigInteger),
    Column("gathered", Boolean, nullable=False, server_default=text("false")),
    Index("tickets_alike", "likeness", "opened_at", postgresql_where=text("likeness IS NOT NULL")),
    Index("tickets_opened", "opened_at", postgresql_where=text("is_open AND NOT gathered")),
    Index("tickets_gathers", "gathers", "id", postgresql_where=text("gathers IS NOT NULL AND is_open")),
    Index("tickets_children", "parent", "id", postgresql_where=text("parent IS NOT NULL")),
    Index(
        "tickets_board",
        "standing",
        "deadline",
        "severity",
        "id",
        postgresql_where=text("is_open AND NOT gathered"),
    ),
    Index("tickets_state", "state", "id"),
    Index(
        "tickets_unanswered",
        "severity",
        "id",
        postgresql_where=text("is_open AND exhausted AND NOT acknowledged AND NOT gathered AND NOT shadow"),
    ),
    Index("tickets_load", "owner", "shadow", "severity", "id", postgresql_where=text("is_open")),
)

turns = Table(
    "turns",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("person", Text, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Index("turns_person", "person", "shadow", "id"),
)

surges = Table(
    "surges",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("ticket_id", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    _moment("began_at"),
    _moment("ended_at", nullable=True),
    Index("surges_running", text("(ended_at IS NULL)"), unique=True, postgresql_where=text("ended_at IS NULL")),
)

signals = Table(
    "signals",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("status", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    _moment("created_at", default_now=True),
    _moment("attempt_at", default_now=True),
    Column("trace", Text),
    Index("signals_due", "attempt_at", "id", postgresql_where=text("status = 'waiting'")),
    Index("signals_ticket", "ticket_id", "id"),
)

records = Table(
    "records",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Index("records_key", "platform", "key"),
    Index("records_ticket", "ticket_id"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Index("alerts_ticket", "ticket_id"),
)

timers = Table(
    "timers",
    metadata,
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True, server_default=""),
    _moment("due_at"),
    Column("token", Integer, nullable=False),
    _moment("attempt_at", default_now=True),
    Column("error", Text, nullable=False, server_default=""),
    Index("timers_due", "due_at"),
)

timeline = Table(
    "timeline",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    _moment("at"),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("operation_id", Text, nullable=False, server_default=""),
    Column("detail", JSONB, nullable=False, server_default="{}"),
    Index("timeline_ticket", "ticket_id", "id"),
)

actions = Table(
    "actions",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("operation_id", Text, nullable=False, unique=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Column("verb", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("look_first", Boolean, nullable=False, server_default=text("false")),
    Column("confirmed", Boolean, nullable=False, server_default=text("false")),
    Column("error", Text, nullable=False, server_default=""),
    _moment("created_at"),
    _moment("attempt_at", default_now=True),
    Column("recipient", Text, nullable=False, server_default=""),
    _moment("held_until", nullable=True),
    Column("held_because", Text, nullable=False, server_default=""),
    Column("held_by", Text, nullable=False, server_default=""),
    _moment("told_at", nullable=True),
    Column("digest_id", BigInteger),
    Column("trace", Text),
    Index("actions_due", "attempt_at", "id", postgresql_where=text("status IN ('pending', 'sent')")),
    Index("actions_turn", "platform", "severity", "id", postgresql_where=text("status IN ('pending', 'sent')")),
    Index("actions_lane", "lane", "id", postgresql_where=text("status IN ('pending', 'sent')")),
    Index("actions_ticket", "ticket_id", "id"),
    Index("actions_told", "recipient", "told_at", postgresql_where=text("told_at IS NOT NULL")),
    Index("actions_held", "held_until", postgresql_where=text("status = 'held'")),
    Index("actions_digest", "digest_id", postgresql_where=text("digest_id IS NOT NULL")),
    Index("actions_status", "status", "id"),
    Index("actions_confirmed", "confirmed", "id", postgresql_where=text("status = 'done'")),
)

shifts = Table(
    "shifts",
    metadata,
    Column("team", Text, primary_key=True),
    Column("level", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("outgoing", JSONB, nullable=False, server_default="[]"),
    _moment("looked_at"),
)

shift_changes = Table(
    "shift_changes",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("ticket_id", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    _moment("attempt_at", default_now=True),
    Column("error", Text, nullable=False, server_default=""),
    Index("shift_changes_due", "attempt_at", "id"),
)

calendars = Table(
    "calendars",
    metadata,
    Column("person", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("spans", JSONB, nullable=False, server_default="[]"),
    _moment("changed_at", default_now=True),
    _moment("fetched_at", nullable=True),
    Column("error", Text, nullable=False, server_default=""),
    _moment("attempt_at", default_now=True),
)

unknowns = Table(
    "unknowns",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    _moment("first_at"),
    _moment("last_at"),
    Column("advice", Text, nullable=False, server_default=""),
    Index("unknowns_name", "kind", "place", "name", unique=True),
    Index("unknowns_latest", "last_at", "id"),
)

breakers = Table(
    "breakers",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    _moment("open_since", nullable=True),
    _moment("open_until", nullable=True),
    Column("error", Text, nullable=False, server_default=""),
    _moment("succeeded_at", nullable=True),
    _moment("failed_at", nullable=True),
    Column("last_error", Text, nullable=False, server_default=""),
)

lifesign = Table(
    "lifesign",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    _moment("due_at"),
    _moment("sent_at", nullable=True),
    _moment("tried_at", nullable=True),
    Column("error", Text, nullable=False, server_default=""),
)

processes = Table(
    "processes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Text, nullable=False),
    _moment("began_at", default_now=True),
    _moment("seen_at", default_now=True),
    Column("rounds", JSONB, nullable=False, server_default="{}"),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("collection", Text, primary_key=True),
    _moment("began_at"),
    _moment("at"),
    Column("cursor", Text, nullable=False, server_default=""),
    Column("passed", BigInteger, nullable=False, server_default="0"),
    Column("swept", BigInteger, nullable=False, server_default="0"),
    Column("claims", BigInteger, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    _moment("attempt_at", default_now=True),
    _moment("whole_at", nullable=True),
    Column("error", Text, nullable=False, server_default=""),
    Column("warning", Text, nullable=False, server_default=""),
    Column("found_records", BigInteger, nullable=False, server_default="0"),
    Column("found_comments", BigInteger, nullable=False, server_default="0"),
    Column("found_deletions", BigInteger, nullable=False, server_default="0"),
    _moment("found_at", nullable=True),
    Column("found_day", Date, nullable=False, server_default="1970-01-01"),
    Column("found_today", BigInteger, nullable=False, server_default="0"),
    Column("found_yesterday", BigInteger, nullable=False, server_default="0"),
)

heard = Table(
    "heard",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("told", BigInteger),
    Column("looked", BigInteger),
    _moment("waits_since", nullable=True),
    _moment("gone_since", nullable=True),
    _moment("at", default_now=True),
    Index("heard_at", "at"),
)

heard_comments = Table(
    "heard_comments",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("comment_id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    _moment("written_at", nullable=True),
    _moment("at", default_now=True),
    Index("heard_comments_at", "at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("person", Text, nullable=False, server_default=""),
    Column("any_person", Boolean, nullable=False, server_default=text("false")),
    Column("digest", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    _moment("created_at", default_now=True),
    _moment("expires_at"),
    _moment("used_at", nullable=True),
    _moment("revoked_at", nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    _moment("begun_at", default_now=True),
    _moment("expires_at"),
    Index("sessions_expires", "expires_at"),
)
