"""Drift: a record that does not stand as Rung wrote it, though nobody is known to have changed it.

A rule of the platform set a field back, a right is missing for one field, a write was dropped in silence. It is told
once, and by policy written again: a few times, each later than the one before, then given up with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from core.engine.draft import Draft
from core.engine.leading import in_words, leader_of
from core.engine.reading import renders
from core.engine.spreading import values_for
from core.engine.wording import span
from core.model import Drift, DriftLook, EntryKind, Reason, ReasonCode, Record
from core.policy.sync import Drifting, Losing

PAUSES = (timedelta(0), timedelta(minutes=15), timedelta(hours=1))
"""How long after the try before each further one is made; after the last it is given up."""
CALM = timedelta(hours=1)
"""What has stood for so long is mended; before that, another drift goes on counting."""
_WATCHED = ("title", "description", "impact", "urgency", "assignee")
"""Not the service: few mappings write it."""
_SHOWN_OTHERWISE = frozenset({"description", "impact", "urgency"})
_OVER = frozenset({"closed", "canceled"})


@dataclass(frozen=True, slots=True)
class _Apart:
    """What stands in a field, and what should."""

    stands: str
    wanted: str


def look(draft: Draft, stimulus: DriftLook) -> None:
    """Compare a record with what Rung wrote there, tell of what is new, and mend what is due."""
    record = draft.ticket.record_on(stimulus.platform)
    if record is None or not record.exists or not draft.ticket.state.is_open or _is_outdated(record, stimulus):
        return
    apart = _apart(draft, record, stimulus.stands)
    kept = {name: _known(draft, record, name, one) for name, one in apart.items()}
    over = {name: one for name, one in record.drifts.items() if name not in apart}
    for name, one in over.items():
        stood_since = one.stood_since or draft.now
        if draft.now - stood_since < CALM:
            kept[name] = replace(one, stood_since=stood_since)
        else:
            _log(draft, record, name, one, ReasonCode.DRIFT_OVER)
    if draft.policy.sync.drift is Drifting.MEND:
        kept |= {name: _mended(draft, record, name, one) for name, one in kept.items() if name in apart}
    if kept != record.drifts:
        draft.put_record(replace(draft.ticket.record_on(stimulus.platform) or record, drifts=kept))


def _is_outdated(record: Record, look_: DriftLook) -> bool:
    """Whether a write of ours or an event has told of the record since it was read."""
    return record.version is not None and look_.version is not None and look_.version < record.version


def _apart(draft: Draft, record: Record, stands: Mapping[str, str]) -> Mapping[str, _Apart]:
    """The fields that Rung wrote on the record and leads there, and that stand otherwise; none that is on its way."""
    if record.seen.get("state") in _OVER:
        return {}
    found = {}
    for name in _WATCHED:
        if name not in record.written or name not in stands or record.awaits(name):
            continue
        wanted = values_for(draft, {name}).get(name)
        if wanted is None or _holds(record, name, str(wanted), stands[name]) or not _is_led(draft, record, name):
            continue
        found[name] = _Apart(stands[name], str(wanted))
    return found


def _holds(record: Record, name: str, wanted: str, stands: str) -> bool:
    """Whether a value stands there as well as the platform can hold it: texts are cut, and grades are shown as one."""
    if stands == wanted:
        return True
    if name in _SHOWN_OTHERWISE:
        return stands in record.shown.get(name, ())
    return name == "title" and renders(wanted, name, stands)


def _is_led(draft: Draft, record: Record, name: str) -> bool:
    """Whether what stands on that record is for Rung to say: the record's own platform does not lead the field, and
    what others write there is not left as it is.
    """
    platform = record.ref.platform
    if leader_of(draft, name, platform) == platform:
        return False
    return draft.policy.sync.is_plain or draft.policy.sync.on_losing(draft.facts(), platform) is not Losing.LEAVE


def _known(draft: Draft, record: Record, name: str, apart: _Apart) -> Drift:
    """The drift as it is known, told of where it is new."""
    known = record.drifts.get(name)
    if known is not None and known.wanted == apart.wanted:
        return replace(known, stands=apart.stands, stood_since=None)
    drift = Drift(stands=apart.stands, wanted=apart.wanted, since=draft.now)
    _log(draft, record, name, drift, ReasonCode.DRIFTED)
    return drift


def _mended(draft: Draft, record: Record, name: str, drift: Drift) -> Drift:
    """The drift once it was written again, if that is due; or once it is given up."""
    if drift.given_up or not _is_due(draft, drift):
        return drift
    if drift.tries == len(PAUSES):
        _log(draft, record, name, drift, ReasonCode.DRIFT_GIVEN_UP)
        return replace(drift, given_up=True)
    reason = _log(draft, record, name, drift, ReasonCode.DRIFT_MENDED)
    draft.write_to(record.ref.platform, reason, **values_for(draft, {name}))
    return replace(drift, tries=drift.tries + 1, tried_at=draft.now)


def _is_due(draft: Draft, drift: Drift) -> bool:
    if drift.tried_at is None:
        return True
    return draft.now - drift.tried_at >= PAUSES[min(drift.tries, len(PAUSES) - 1)]


def _log(draft: Draft, record: Record, name: str, drift: Drift, code: ReasonCode) -> Reason:
    facts = {
        "platform": record.ref.platform,
        "key": record.ref.key,
        "field": name.replace("_", " "),
        "stands": in_words(name, drift.stands, draft.policy.roster),
        "wanted": in_words(name, drift.wanted, draft.policy.roster),
        "tries": str(drift.tries),
        "within": span(draft.now - drift.since),
    }
    return draft.log(EntryKind.DECISION, "sync", code, **facts)
