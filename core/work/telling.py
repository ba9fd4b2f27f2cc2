"""Telling somebody of a ticket: at once, or held until the next digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine

from core.engine.digest import Part, digest_words, held_sentence, is_wanted
from core.model import Notice, Person, Receipt, Ticket
from core.policy import Policy
from core.policy.holding import Held, held, lookback
from core.ports import Clock, DeliveryError, Notifier
from core.store import held as ledger
from core.store.actions import Claimed
from core.work.apply import Policies

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
        self._let_through(claimed, notice, ticket, policy)
        self.notifier.notify(reader, _marked(notice, claimed), self._link(notice, ticket))
        return Receipt()

    def _link(self, notice: Notice, ticket: Ticket) -> str:
        return self.links(ticket.id, notice.person or notice.channel) if notice.offers_acknowledge else ""

    def _let_through(self, claimed: Claimed, notice: Notice, ticket: Ticket, policy: Policy) -> None:
        """Count the message, or hold it: what is decided for a reader is decided one after the other."""
        now = self.clock()
        with self.database.begin() as connection:
            if ledger.was_let_through(connection, claimed):
                return
            ledger.lock_reader(connection, notice.recipient)
            put_back = self._put_back(connection, notice, ticket)
            because = held_sentence(put_back, policy.told_name(notice), policy.zone_of(notice)) if put_back else ""
            if put_back:
                ledger.hold(connection, claimed, put_back, because)
            else:
                ledger.let_through(connection, claimed, now)
        if put_back:
            raise HeldError(because)

    def _put_back(self, connection: Connection, notice: Notice, ticket: Ticket) -> Held | None:
        communication, now = self.policies.newest().communication, self.clock()
        back = lookback(communication, notice)
        if back is None:
            return None
        traffic = ledger.traffic(connection, notice.recipient, now - back)
        return held(notice, ticket.severity, communication, traffic, now)

    def _tell_all(self, claimed: Claimed, digest: Notice, reader: Person) -> Receipt:
        """Send a digest of what is still wanted."""
        with self.database.begin() as connection:
            found = ledger.gathered(connection, claimed.id)
            ledger.let_through(connection, claimed, self.clock())
        told = [(one.action.notice, ticket) for one, ticket in found if one.action.notice]
        parts = [Part(one, ticket, self._link(one, ticket)) for one, ticket in told if is_wanted(one, ticket)]
        if not parts:
            raise NotWantedError
        words = self.policies.newest().communication.words_of(digest.language)
        worst = next((part.link for part in parts if part.link), "")
        self.notifier.notify(reader, _marked(digest_words(digest, parts, words), claimed), worst)
        return Receipt(together=len(parts))


def _marked(notice: Notice, claimed: Claimed) -> Notice:
    """The notice, with a word for its reader where it may have come before: its worker died, or got no answer."""
    return replace(notice, headline=f"{_DOUBT}{notice.headline}") if claimed.look_first else notice
