"""The HTTP door for people: the board, tickets, ledgers, the acknowledge link, and the REST API."""

from console.links import AcknowledgeLinks, LinkError
from console.room import blueprint

__all__ = ["AcknowledgeLinks", "LinkError", "blueprint"]
