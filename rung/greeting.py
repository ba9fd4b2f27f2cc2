"""What a delivery asks of us beyond being understood."""

from __future__ import annotations

from collections.abc import Callable

from core.model import Delivery
from rung.loaded import Loaded
from webhooks.sns import Sns


def greeting(loaded: Loaded, delivery: Delivery) -> Callable[[], None] | None:
    """What SNS asks for when a topic gets a new subscription. The door has seen that the delivery is authentic."""
    source = loaded.sources.get(delivery.source)
    if source is None or not isinstance(source.verify, Sns):
        return None
    verify = source.verify

    def confirm() -> None:
        if address := verify.to_confirm(delivery.body):
            verify.confirm(address)

    return confirm if delivery.headers.get("x-amz-sns-message-type", "") != "Notification" else None
