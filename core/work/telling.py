"""Telling somebody of a ticket: at once, or held until the next digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Engine

from core.engine.digest import Part, digest_words, is_wanted
from core.model import Notice, Person, Receipt, Ticket
from core.ports import Clock, DeliveryError, Notifier
from core.store import held as ledger
from core.store.claims import Claimed
from core.work.apply import Policies
from core.work.failures import told
from core.work.gate import Gate, Waiting
from core.work.outgoing import Found

log = structlog.get_logger()

Links = Callable[[int, str], str]
"""Makes the link by which a person acknowledges a ticket."""
_DOUBT = "Possible repeat: "
"""Before the headline of what an earlier attempt may have sent: no channel can be asked what it has delivered."""


class NotWantedError(Exception):
    """Somebody has taken the ticket, or it is over, since the notice was put on the ledger."""


class HeldError(Exception):
    """The notice was put back, to go out with others."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Sends notices, and digests in place of several."""

    database: Engine
    notifier: Notifier
    policies: Policies
    links: Links
    clock: Clock

    def tell(self, claimed: Claimed, ticket: Ticket) -> Receipt:
        """Send a notice; raises `NotWantedError`, `HeldError` and `DeliveryError`."""
        notice, policy = claimed.action.notice, self.policies.version(ticket.policy_version)
        if notice is not None and not is_wanted(notice, ticket):
            raise NotWantedError
        reader = policy.reader(notice) if notice else None
        if notice is None or reader is None:
            raise DeliveryError("nobody is called so any more on the roster or among the channels", permanent=True)
        if notice.digest:
            return self._tell_all(claimed, notice, reader)
        self._let_through(claimed, notice, ticket)
        self.notifier.notify(reader, _marked(notice, claimed), self._link(notice, ticket))
        return Receipt()

    def _link(self, notice: Notice, ticket: Ticket) -> str:
        return self.links(ticket.id, notice.person or notice.channel) if notice.offers_acknowledge else ""

    def decided(self, claimed: Sequence[Claimed], found: Mapping[int, Found]) -> list[Claimed]:
        """What of these is to be carried out, once it was decided for all messages together which go out now.

        Where that cannot be done for all of them, each is decided for by itself when it is sent.
        """
        try:
            waiting = [undecided for one in claimed if (undecided := self._to_decide(one, found[one.id]))]
            because = self._gate.pass_(waiting) if waiting else {}
        except Exception as error:  # noqa: BLE001 - it shows again, for the message whose it is, when each goes alone
            log.debug("messages are decided for one by one", reason=told(error))
            return list(claimed)
        for one, *_ in waiting:
            if one.id in because:
                log.info("notice held back", operation=one.action.operation_id, reason=because[one.id])
        through = {one.id for one, *_ in waiting} - because.keys()
        left = (one for one in claimed if one.id not in because)
        return [replace(one, is_let_through=True) if one.id in through else one for one in left]

    def _to_decide(self, claimed: Claimed, found: Found) -> Waiting | None:
        """A message of which that is still to be decided; None for everything else."""
        notice, ticket = claimed.action.notice, found.ticket
        if notice is None or notice.digest or claimed.is_let_through or not isinstance(ticket, Ticket):
            return None
        is_wanted_now = is_wanted(notice, ticket) and not (found.gathers and notice.lapses)
        has_reader = self.policies.version(ticket.policy_version).reader(notice) is not None
        return (claimed, notice, ticket) if is_wanted_now and has_reader else None

    def _let_through(self, claimed: Claimed, notice: Notice, ticket: Ticket) -> None:
        if claimed.is_let_through:
            return
        if because := self._gate.pass_([(claimed, notice, ticket)]).get(claimed.id):
            raise HeldError(because)

    @property
    def _gate(self) -> Gate:
        return Gate(self.database, self.policies, self.clock)

    def _tell_all(self, claimed: Claimed, digest: Notice, reader: Person) -> Receipt:
        """Send a digest of what is still wanted."""
        with self.database.begin() as connection:
            found = ledger.gathered(connection, claimed.id)
            ledger.let_through(connection, [claimed], self.clock())
        notices = [(one.action.notice, ticket) for one, ticket in found if one.action.notice]
        parts = [Part(one, ticket, self._link(one, ticket)) for one, ticket in notices if is_wanted(one, ticket)]
        if not parts:
            raise NotWantedError
        words = self.policies.newest().communication.words_of(digest.language)
        worst = next((part.link for part in parts if part.link), "")
        self.notifier.notify(reader, _marked(digest_words(digest, parts, words), claimed), worst)
        return Receipt(together=len(parts))


def _marked(notice: Notice, claimed: Claimed) -> Notice:
    """The notice, with a word for its reader where it may have come before: its worker died, or got no answer."""
    return replace(notice, headline=f"{_DOUBT}{notice.headline}") if claimed.look_first else notice
