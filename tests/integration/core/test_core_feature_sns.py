"""A subscription of an SNS topic, from its first request to an alarm, through the real door and a real database."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from core.model import DeliveryStatus
from rung.live import packaged
from rung.loaded import BoundMappings
from tests.authority import Authority, pem
from tests.integration.world import World, world
from webhooks import Source
from webhooks.certificates import Certificates, UnreachableError
from webhooks.sns import Sns, canonical

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
PEM = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-7ff5.pem"
SUBSCRIBE = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=23"
ALARM = {
    "AlarmName": "disk",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:disk",
    "NewStateValue": "ALARM",
    "StateChangeTime": "2026-03-02T12:00:00.000+0000",
}


def test_a_subscription_is_confirmed_by_the_worker_and_then_brings_alarms(postgres_url: str, tmp_path: Path) -> None:
    root, key = Authority("Root of the tests"), rsa.generate_private_key(65537, 2048)
    now = datetime.now(UTC)  # the door goes by the real time
    leaf = root.issue(key, start=now - timedelta(days=1), end=now + timedelta(days=1))
    asked: list[str] = []
    there: dict[str, bytes] = {PEM: pem(leaf)}

    def fetch(address: str) -> bytes:
        asked.append(address)
        if address not in there:
            raise UnreachableError("Nobody answers.")
        return there[address]

    def send(here: World, **message: str) -> requests.Response:
        said = {"TopicArn": TOPIC, "Timestamp": "2026-03-02T12:00:00.000Z", **message}
        signature = base64.b64encode(key.sign(canonical(said), padding.PKCS1v15(), hashes.SHA256())).decode()
        body = json.dumps({**said, "SignatureVersion": "2", "Signature": signature, "SigningCertURL": PEM})
        headers = {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": message["Type"]}
        return requests.post(f"{here.url}/webhooks/sns", data=body.encode(), headers=headers, timeout=10)

    with world(postgres_url, tmp_path) as here:
        bound = packaged()["sns"].bind("sns")
        verify = Sns({TOPIC}, Certificates(fetch, [root.certificate]))
        source = Source("sns", verify, content_types=bound.content_types, delivery_key=bound.delivery_key)
        known = here.loaded.mappings.by_source
        here.loaded = replace(
            here.loaded,
            sources={**here.loaded.sources, "sns": source},
            mappings=BoundMappings({**known, "sns": bound}),
        )
        first = {"Type": "SubscriptionConfirmation", "MessageId": "1", "Token": "23", "Message": "x"}
        assert send(here, **first, SubscribeURL=SUBSCRIBE).status_code == 202
        assert asked == [PEM], "the request itself asks for no more than the certificate"
        here.settle()
        assert asked == [PEM, SUBSCRIBE]
        assert here.app.desk.delivery(1).status is DeliveryStatus.RECEIVED, "SNS did not answer: it is tried again"
        there[SUBSCRIBE] = b"<ConfirmSubscriptionResponse/>"
        here.hurry()
        assert asked == [PEM, SUBSCRIBE, SUBSCRIBE]
        assert here.app.desk.delivery(1).status is DeliveryStatus.DECLINED
        assert send(here, **first, SubscribeURL=SUBSCRIBE).status_code == 200
        here.settle()
        assert len(asked) == 3, "what comes again is not confirmed again"

        assert send(here, **{**first, "MessageId": "2"}, SubscribeURL="https://127.0.0.1/x").status_code == 202
        here.settle()
        assert len(asked) == 3, "an address that is not SNS' own is not asked, whoever signed it"

        alarm = {"Type": "Notification", "MessageId": "3", "Message": json.dumps(ALARM)}
        assert send(here, **alarm).status_code == 202
        assert send(here, **alarm, TopicArn=TOPIC + "2").status_code == 401
        assert send(here, **alarm).json()["repeat"] is True
        here.settle()
        assert len(here.app.desk.tickets()) == 1
        assert len(asked) == 3
