"""Links in messages that acknowledge a ticket for one person, and the signatures of the console's own forms."""

from __future__ import annotations

from datetime import timedelta

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

LIFETIME = timedelta(days=7)
"""How long a link works."""


class LinkError(Exception):
    """A link cannot be used; the message is a sentence for who followed it. `expired` tells old from false."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


class AcknowledgeLinks:
    """Makes and reads links that carry a ticket and a person, signed with `secret`, below `base_url`.

    A link is a capability: whoever holds it can acknowledge that ticket as that person until it expires.
    """

    def __init__(self, secret: str, base_url: str) -> None:
        if not secret:
            raise ValueError("A secret is needed to sign links with.")
        self._secret = secret
        self.base_url = base_url.rstrip("/")

    def serializer(self, purpose: str) -> URLSafeTimedSerializer:
        """A signer whose tokens are good for one purpose only."""
        return URLSafeTimedSerializer(self._secret, salt=f"rung.{purpose}")

    def make(self, ticket_id: int, person_id: str) -> str:
        """The whole address for a message."""
        return f"{self.base_url}/acknowledge/{self.serializer('acknowledge').dumps([ticket_id, person_id])}"

    def read(self, token: str) -> tuple[int, str]:
        """The ticket's and the person's id; raises `LinkError`."""
        try:
            ticket_id, person_id = self.serializer("acknowledge").loads(token, max_age=int(LIFETIME.total_seconds()))
        except SignatureExpired as error:
            sentence = f"This link has expired: links in messages work for {LIFETIME.days} days."
            raise LinkError(sentence, expired=True) from error
        except BadSignature as error:
            raise LinkError("This link is not one of ours, or was cut off on its way.") from error
        return int(ticket_id), str(person_id)
