"""Why the engine did, or did not do, something: a code and its facts, shown to people as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ReasonCode(StrEnum):
    """Every reason that the engine can give; the value is the sentence, with its facts in braces."""

    OPENED_BY_ALERT = "{source} reported: {title}."
    OPENED_BY_RECORD = "{key} was opened on {platform}: {title}."
    SEVERITY_DERIVED = "{severity} because impact is {impact} and urgency is {urgency}."
    SEVERITY_DEFAULT = (
        "{severity} because the source did not tell both impact and urgency; that is the policy's default."
    )
    SEVERITY_BY_SEGMENT = (
        "{severity} because the segment {segment} counts impact {impact} and urgency {urgency} so, where others have "
        "{elsewhere}."
    )
    SEVERITY_BY_RULE = "{severity} instead of {before} by the rule {rule}: {because}."
    SEGMENT = "It belongs to the segment {segment}."
    SEGMENT_LEFT = "It no longer belongs to the segment {segment}, nor to another."
    ROUTED_BY_RULE = "Routed to {team} by the rule {name}, because {why}."
    SKILL_NEEDED = "Needs somebody who knows {skill} by the rule {name}, because {why}."
    ROUTED_BY_SERVICE = "Routed to {team} because they own the service {service}."
    ROUTED_BY_GROUP = "Routed to {team} because {platform} has it assigned to {group}."
    ROUTED_BY_DEFAULT = "Routed to {team}, the default team, because {why}."
    ROUTED_NOWHERE = "Left without a team because {why} and the policy names no default team."
    REBASED = "{person} moved it {via} from version {old} of the policy to version {new}."
    REBASE_REFUSED = "{person} wanted to move it {via} to version {new} of the policy, but {why}; nothing changes."
    SHADOW_LEFT = "No longer shadowed: what Rung decides from now on is written and told."
    SHADOWED = "Shadowed because {why}: Rung decides and records, but writes nothing and tells nobody."
    CHOSEN = "{person} is chosen for {level}: {why}."
    LEVEL_BEGUN = "{level} begins: {person} is on call for {team} and has {within} to acknowledge."
    LEVEL_ASKS = "{level} begins: {asked}."
    LEVEL_SKIPPED = "{level} was skipped because {why}."
    ESCALATED = "Moved to {level} because {why}: {person} is on call and has {within} to acknowledge."
    ESCALATED_ASKS = "Moved to {level} because {why}: {asked}."
    STOOD_IN = "Nobody of {level} can be asked, and management is not called for that alone: {asked}."
    MOVED_BACK = "Moved back to {level} because {why}: {asked}."
    NEXT_IN_TURN = "{person} is asked next on {level} because {why}, and has {within} to acknowledge."
    ASKED_ANEW = "Asked for anew on {level} because {why}: {asked}."
    PASSED_OVER = "{person} was passed over for {level}: {why}."
    HANDED_OVER = "Handed over to {level}. {told}"
    PATH_CHOSEN = "It goes by the path {path} because {why}."
    PATH_ENTERED = "The path {path} is entered at {level} because {why}."
    TRIGGERED = "The trigger {trigger} applies: {because}."
    TRIGGERED_TOO = "The trigger {trigger} applies as well: {because}; one move is made at a time."
    PATH_BEGUN_AGAIN = "The path begins again because {why}."
    ROUND_BEGUN = "Round {round} of the path begins because nobody acknowledged on any level."
    EXHAUSTED = "The path is exhausted: {why}. {last_resort}"
    LAST_RESORT_NEXT = "{person} is told as the last resort because {why}."
    LAST_RESORT_LOST = "No last resort is left to be told: {why}."
    SHIFT_TOLD = "{person} has taken over {level} of {team} and is told of {count}."
    SHIFT_MOVED = "Passed from {outgoing} to {person}, who has taken over {level} of {team}."
    SHIFT_STAYED = "{person} has taken over {level} of {team}; this one stays with {owner} because {why}."
    ACKNOWLEDGED = "{person} acknowledged {via}, {after} after it was asked for."
    ACKNOWLEDGED_PARTLY = "{person} acknowledged {via}, {after} after it was asked for; {others} must do so too."
    ACKNOWLEDGED_BY_REST = "{people} acknowledged: that is everybody of the level who can be reached."
    ACKNOWLEDGEMENT_RENEWED = "{person} acknowledged {via} again: the acknowledgement is renewed."
    ACKNOWLEDGED_AGAIN = "{person} acknowledged {via}, but {first} already had; nothing changes."
    ACKNOWLEDGED_LATE = "{person} acknowledged {via}, but the ticket is {state}; nothing changes."
    TAKEN = "{person} took it {via}{because}."
    ASSIGNED = "{person} assigned it to {to} {via}{because}."
    SAID = "{person} says {via}{because}."
    ESCALATED_NOW = "{person} escalated it {via}{because}."
    ESCALATED_TO = "{person} escalated it to {level} {via}{because}."
    DE_ESCALATED = "{person} moved it down to {level} {via}{because}."
    SEVERITY_OVERRIDDEN = (
        "{person} changed the severity from {old} to {severity} {via}{because}. It stays so until it is handed back."
    )
    SEVERITY_LET_GO = "{actor} set impact or urgency on {platform}, so the severity follows them again."
    GIVEN_BACK = "{person} handed it back to the policy {via}{because}."
    HELD = "{person} put automation on hold for {within}, until {until}, {via}{because}. {then}"
    HELD_BACK = "It would have moved on because {why}, but automation is on hold."
    HOLD_ENDED = "The hold that {person} put on it at {since} is over; automation goes on."
    RESUMED = "{person} let automation go on {via}{because}."
    SNOOZED = "{person} snoozed it for {within}, until {until}, {via}{because}. Then it is asked for again."
    ASKED_AGAIN = "{level} is asked again because {why}: {person} has {within} to acknowledge."
    OWNER_SET = "{person} named {owner} for {level} {via}{because}."
    OWNER_TAKEN_AWAY = "{person} left {level} to who is on call {via}{because}."
    BACKUP_SET = "{person} named {backup} as backup for {level} {via}{because}."
    BACKUP_TAKEN_AWAY = "{person} left {level} without a backup of its own {via}{because}."
    LINKED = (
        "{person} linked it to the major incident {major} {via}{because}. "
        "People are called for that one alone.{meeting}"
    )
    UNLINKED = "{person} took it out of the major incident {major} {via}{because}."
    HANDOFF_TOLD = "{person} told whoever takes it over {via}: {told}."
    HANDOFF_TAKEN_BACK = "{person} took back what was told to whoever takes it over {via}{because}."
    NOTED = "{person} noted {via}: {text}."
    NOT_ALLOWED = "{person} may not {deed}: that takes the right {right}, which is held by {holders}."
    COMMAND_REFUSED = "{person} wanted to {deed} {via}; nothing changes because {why}."
    RISK_FOUND = "It is a {risk} risk because {because}."
    MUST_KNOW = "{people} must know of it because {because}."
    VENDOR_ACKNOWLEDGED = "{person} acknowledged {via}; it stays with {first}, who had acknowledged it before."
    VENDOR_CASE = "{person} told {via} that {vendor} has taken it as {number}{because}."
    DUTY_BEGUN = "A duty begins: {duty}, within {target}, because of {because}."
    DUTY_DONE = "{person} did the duty {via}: {duty}{because}."
    CLOCKS_BEGUN = "The clocks begin: {clocks}."
    CLOCK_MEASURED_ANEW = "The target {clock} is now {target} instead of {old}; {spent} of it is spent."
    CLOCK_PAUSED = "The time {clock} stands still because {why}; {spent} of {target} is spent."
    CLOCK_GOES_ON = "The time {clock} runs again: {left} of {target} is left."
    CLOCK_WARNED = "{percent} % of the time {clock} is spent: the target is {target}."
    CLOCK_BREACHED = "The target is missed: {target} {clock}."
    CLOCK_MET = "The target was met: {spent} of {target} {clock} was spent."
    CLOCK_MISSED_AND_OVER = "The missed target is over: it took {spent} instead of {target} {clock}."
    ASSIGNED_BY_PERSON = (
        "{actor} assigned it to {person} on {platform}; automation leaves that alone until the next level."
    )
    UNASSIGNED_BY_PERSON = (
        "{actor} took the assignment away on {platform}; automation leaves that alone until the next level."
    )
    FACTS_CHANGED = "{actor} changed {fields} on {platform}."
    SEVERITY_CHANGED = "Severity went from {old} to {severity} because impact is {impact} and urgency is {urgency}."
    HOLD_REASON_BY_PERSON = "{actor} says on {platform} why it is on hold: {why}."
    SEVERITY_CHANGED_TO_DEFAULT = (
        "Severity went from {old} to {severity}, the policy's default, because impact and urgency are not both known."
    )
    SEVERITY_CHANGED_BY_SEGMENT = (
        "Severity went from {old} to {severity} because the segment {segment} counts impact {impact} and urgency "
        "{urgency} so, where others have {elsewhere}."
    )
    SEVERITY_CHANGED_BY_RULE = (
        "Severity went from {old} to {severity} by the rule {rule}, which found it at {before}: {because}."
    )
    SEVERITY_STANDS = "The severity stays at {severity} as {person} set it, though the policy now says {policy}."
    SEVERITY_AGREES = "The policy now says {severity} too, as {person} had set it."
    STATE_BY_PERSON = "{actor} moved it to {state} on {platform}."
    COMMENTED = "{actor} commented on {platform}."
    ATTACHED = "{actor} attached a file on {platform}."
    COMMENT_EDITED = "{actor} edited a comment on {platform}."
    COMMENT_DELETED = "{actor} deleted a comment on {platform}."
    TEAM_BY_PERSON = "{actor} gave it to {team} on {platform}."
    TEAM_KEPT = "{actor} gave it to {team} on {platform}; it stays with {ours}, since others lead the team{then}."
    STRANGER = "{person}, who has it on {platform}, is not on the roster: {advice}."
    STRANGE_GROUP = "No team has the group {group} on {platform}: {advice}."
    COPY_TOUCHED = "{actor} changed on {platform} the copy of a comment; the comment itself stays as it is."
    COMMENT_COPIED = "The comment of {actor} stands on {key} too, on {platform}."
    COPY_EDITED = "The comment of {actor} was brought up to date on {key}, on {platform}."
    COPY_WITHDRAWN = "The comment of {actor} was withdrawn from {key}, on {platform}."
    COMMENT_KEPT_BACK = "Not copied to {platform}: {why}."
    REPEATED = "{source} repeated what is already known; nothing changes."
    ALERT_CHANGED = "{source} now reports impact {impact} and urgency {urgency}."
    ALERT_TELLS_MORE = "{source} reports it again and tells more: {fields}."
    ALERT_JOINED = "{source} reported it again after it had cleared: {title}."
    ALERT_CLEARED = "{source} reports that it is over."
    RESOLVED_BY_ALERT = "Resolved because {source} reports that it is over."
    ALERT_LAPSED = "It counts as over: {source} has not reported it again for {within}, after which it is not believed."
    RESOLVED_BY_SILENCE = (
        "Resolved because {source} has not reported it again for {within}, after which it is not believed."
    )
    RESOLVED_BY_PERSON = "{actor} resolved it on {platform}."
    CLOSED_BY_PERSON = "{actor} closed it on {platform}."
    DELETED_BY_PERSON = "{actor} deleted {key} on {platform}; the ticket is canceled."
    REOPENED = "Reopened because {why}; the path begins again."
    HANDED_BACK = "{actor} gave it back on {platform}; the path begins again."
    ECHO = "{platform} confirmed our own write; nothing changes."
    STALE = "Ignored: {platform} sent an older version of {key} than the one already known."
    FORMER_RECORD = "Ignored: {key} on {platform} is no record of this ticket any more."
    ALREADY_OVER = "Ignored: the ticket is already {state}."
    WORK_HANDED_OVER = "The work goes to {team}, who work on {platform}.{told}"
    WORK_LINKED = "{key} on {platform} carries the work on: {link}"
    WORK_BEGAN_AT = "The first record of this work is {key} on {platform}: {link}"
    WORK_RETURNED = "The work has gone back; {key} on {platform} is left as it is."
    WORK_RETURNED_AND_CLOSED = "The work has gone back; {key} on {platform} is resolved."
    LINKED_MOVED = "{actor} moved {key} on {platform} to {state}; the ticket stays as it is."
    LINKED_DELETED = "{actor} deleted {key} on {platform}; the ticket goes on without it."
    CONFLICT = (
        "Two values for the field {field}: “{kept}” ({kept_by}) and “{lost}” ({lost_by}). "
        "The first counts because {why}{then}."
    )
    DRIFTED = (
        "{key} on {platform} shows “{stands}” as {field}, where “{wanted}” was written; nobody has told of a change."
    )
    DRIFT_MENDED = "{field} of {key} is written to {platform} again: it shows “{stands}”, not “{wanted}”."
    DRIFT_GIVEN_UP = (
        "{field} of {key} on {platform} is left at “{stands}”: it did not keep “{wanted}” though it was written again "
        "{tries} times within {within}. Look for a rule there that sets it back, or a right that is missing."
    )
    DRIFT_OVER = "{field} of {key} on {platform} stands as it was written again."
    RECORD_CREATED = "{key} was created on {platform}."
    RECORD_FOUND = "{key} was found on {platform}: an earlier attempt had already created it."
    CAUGHT_UP = "{key} was created late on {platform}, so it is brought to where the ticket stands."
    WRITTEN = "Written to {key} on {platform}: {fields}."
    WRITE_FOUND = "{key} on {platform} already had it from an earlier attempt: {fields}."
    WRITE_WARNED = "{platform}: {warning}"
    WRITE_REFUSED = "{platform} did not take it: {message}"
    NOTIFIED = "{person} was told."
    NOTIFIED_TOGETHER = "{person} was told, in one message with {others} others."
    GATHERED = "{count} messages to {person} are gathered into one."
    NOTICE_HELD = "{person} is told at {until}, when the quiet hours end."
    NOTICES_RELEASED = "{severity} does not wait for the end of quiet hours: whoever is asked is told at once."
    NOTICE_REFUSED = "{person} could not be told by way {way}: {message}"
    NOTICE_NEXT_WAY = "Trying {person}'s next way because the one before failed."
    NOTICE_EXHAUSTED = "No way of reaching {person} worked."
    CHANNEL_EXHAUSTED = "No way of reaching {person} worked: {audience} has not heard of it."
    AUDIENCE_TOLD = "To be told of this ({moment}): {channels}, by the rule {rule}."
    UPDATE_DUE = "{audience} is told how it stands, {after} after it last heard."
    UPDATE_ASKED = "{person} is asked to write an update for {audience}, which last heard {after} ago."
    UPDATE_GIVEN = "{person} wrote an update for {audience}."
    MAJOR_OPENED = "Opened as a major incident because {count} like tickets came within {within}: {alike}."
    MAJOR_DECLARED = "{person} declared it a major incident {via}{because}."
    MAJOR_SEVERITY = "{severity} because the worst of its tickets, and the policy for major incidents, say so."
    GATHERED_UNDER = (
        "Gathered under the major incident {parent}: {title}. People are called for that one alone.{meeting}"
    )
    PARENT_ACKNOWLEDGED = "{person} acknowledged the major incident {parent}."
    PARENT_RECORDED = "The major incident {parent} is at {link}."
    PARENT_RESOLVED = "Resolved because the major incident {parent} is {state}."
    PARENT_OVER = "The major incident {parent} is {state}."
    RELEASED = "It goes back to its own escalation because the major incident {parent} is {state}."
    CHILD_JOINED = "Ticket {id} is gathered here: {title}."
    CHILD_BACK = "Ticket {id} is open again: {title}."
    CHILD_OVER = "Ticket {id} is {state}: {title}. {open} of the gathered tickets are open."
    CHILD_LEFT = "Ticket {id} is gathered here no longer: {title}."
    CHILDREN_OVER = "Resolved because every ticket that it gathered is over, and nobody had taken it yet."
    SURGE_BEGAN = "A surge begins: {count} tickets that were opened within {window} are open.{called}"
    SURGE_WIDENED = "During the surge {severity} has {within} to be acknowledged instead of {usual}."
    SURGE_ENDED = "The surge that began with this ticket is over after {after}."
    INVITED = "{person} is asked to the bridge because they answer for {service}."
    CLOSED_BY_TIME = "Closed because it stayed resolved for {within}."
    TIMER_OUTDATED = "A timer came that no longer mattered; nothing changes."


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its code and the facts that its sentence names."""

    code: ReasonCode
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The code's name in lower case, for scripts and filters."""
        return self.code.name.lower()

    @property
    def sentence(self) -> str:
        """The reason as people read it."""
        return self.code.value.format_map(self.facts)


class EntryKind(StrEnum):
    """What a timeline entry tells."""

    EVENT = "event"
    DECISION = "decision"
    ACTION = "action"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ticket's append-only history: when, what sort, who or which rule, and why."""

    at: datetime
    kind: EntryKind
    by: str
    reason: Reason
    operation_id: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
