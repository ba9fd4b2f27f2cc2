"""The HTTP door for people: the board, tickets, ledgers, the acknowledge link, and the REST API."""

from console.links import AcknowledgeLinks, LinkError
from console.peers import Peers
from console.room import blueprint
from console.signin import SignIn

__all__ = ["AcknowledgeLinks", "LinkError", "Peers", "SignIn", "blueprint"]
