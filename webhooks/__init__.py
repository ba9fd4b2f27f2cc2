"""The HTTP door for machines: verify the sender, store the delivery, answer; understanding it comes later."""

from webhooks.receive import application
from webhooks.source import Source

__all__ = ["Source", "application"]
