"""Telling people and channels of a ticket, in the words of their audience and language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.engine.draft import Draft
from core.model import Moment, Notice, Reason, TimerKind
from core.policy import Channel
from core.policy.message import INTERNAL, Occasion, values

_PASSING = frozenset({Moment.ESCALATED, Moment.EXHAUSTED})
"""What is news only as long as nobody has taken it."""


_ASKING = frozenset({Moment.OPENED, Moment.REOPENED, Moment.ESCALATED, Moment.EXHAUSTED})
"""When somebody is wanted who takes it."""


def tell_channel(
    draft: Draft, channel: Channel, moment: Moment, reason: Reason, template: str = "", **about: str
) -> None:
    """Have a channel told; `about` are an `Occasion`'s texts. It is told nothing where no template fits."""
    ticket, communication = draft.ticket, draft.policy.communication
    customer = draft.policy.customers.get(ticket.customer)
    languages = communication.speaks(channel.language, customer.language if customer else "", ticket.language)
    made = _message(draft, channel.audience, moment, languages, template, channel.time_zone, about)
    if made:
        is_taken = ticket.is_acknowledged or ticket.gathered or not ticket.state.is_open
        asks = channel.asks and moment in _ASKING and not is_taken
        draft.notify(_lasting(replace(made, channel=channel.id, offers_acknowledge=asks)), reason)


def tell_person(draft: Draft, person: str, moment: Moment, reason: Reason, template: str = "", **about: str) -> None:
    """Have somebody on the roster told, as an internal audience."""
    communication, known = draft.policy.communication, draft.policy.roster.people.get(person)
    if known is None:
        return
    languages = communication.speaks(*getattr(known, "languages", ())[:1], draft.ticket.language)
    made = _message(draft, INTERNAL, moment, languages, template, known.time_zone, about)
    if made:
        draft.notify(_lasting(replace(made, person=person, offers_acknowledge=False)), reason)


def _lasting(notice: Notice) -> Notice:
    """The notice for as long as it is of use: one that asks for nothing informs, unless it is news for a while only."""
    passing = notice.moment in _PASSING and not notice.offers_acknowledge
    return replace(notice, passing=passing, informs=not notice.offers_acknowledge and not passing)


def ask_for_update(draft: Draft, person: str, audience: str, reason: Reason) -> None:
    """Ask somebody to write an audience how it stands."""
    notice = Notice(
        person=person,
        headline=f"{draft.ticket.severity} {_service(draft)}: the audience {audience} waits for an update",
        ask="Please write one: a public comment on the record, or a note for that audience in Rung.",
        why=reason.sentence,
        offers_acknowledge=False,
        informs=True,
        moment=Moment.UPDATE_DUE,
    )
    draft.notify(notice, reason)


def _service(draft: Draft) -> str:
    service = draft.policy.services.get(draft.ticket.service)
    return service.name if service else draft.ticket.title


def _message(
    draft: Draft,
    audience: str,
    moment: Moment,
    languages: tuple[str, ...],
    template: str,
    zone: str,
    about: dict[str, str],
) -> Notice | None:
    """The message in the first language that has a template for it."""
    ticket, communication = draft.ticket, draft.policy.communication
    wording = communication.wording(audience, moment, ticket.severity, languages, template)
    if wording is None:
        return None
    due = ticket.timer(TimerKind.UPDATE, audience)
    occasion = Occasion(
        ticket=ticket,
        policy=draft.policy,
        now=draft.now,
        words=communication.words_of(wording.language),
        zone=zone,
        next_update=due.due_at if due else None,
        **about,
    )
    seen = values(occasion, communication.withheld(audience))
    return Notice(
        person="",
        headline=_one_line(wording.first.render(seen)),
        ask="",
        why="",
        text=wording.text.render(seen),
        audience=audience,
        moment=moment,
        language=wording.language,
        label=occasion.words("acknowledge_here"),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def listed(names: Iterable[str]) -> str:
    """Names in a sentence."""
    return ", ".join(names)
