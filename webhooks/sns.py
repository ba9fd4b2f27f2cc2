"""Amazon SNS: who signed a message, for which topic, and the confirmation of a subscription.

A message names the address of the certificate with which it was signed and, once, the address that confirms the
subscription. Both are the sender's words: followed unchecked, they let anybody have us fetch any address, and trust any
key. So only addresses of SNS itself are asked, without redirects, and only for topics that are configured; a
certificate counts where a known authority has issued it to SNS and it is valid now.

Source: "Verifying the signatures of Amazon SNS messages", docs.aws.amazon.com/sns/latest/dg.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from core.ports import DeliveryError
from webhooks.certificates import CertificateError, Certificates, UnreachableError
from webhooks.signatures import Verdict

HOST = re.compile(r"sns\.(?:(?!cn-)[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com|cn-[a-z]+-\d\.amazonaws\.com\.cn)")
_PLAIN = re.compile(r"https://[A-Za-z0-9./?&=%:_~+-]{1,2000}")
_CERTIFICATE_PATH = re.compile(r"/[A-Za-z0-9._-]{1,200}\.pem")
_HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
"""By the message's SignatureVersion. SHA-1 is what SNS signs with where a topic was not told otherwise."""
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _SUBSCRIPTION,
    "UnsubscribeConfirmation": _SUBSCRIPTION,
}
Message = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sns:
    """Messages of those topics (ARNs), signed by SNS."""

    topics: Collection[str]
    certificates: Certificates
    challenge: ClassVar[str] = ""
    credential_headers: ClassVar[frozenset[str]] = frozenset()

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Look at the topic first: who does not know it cannot have us fetch anything."""
        del headers, path_secret
        message = read(body)
        if message is None:
            return Verdict.MALFORMED
        if message["TopicArn"] not in self.topics:
            return Verdict.WRONG
        address = message.get("SigningCertURL", "")
        if not is_certificate(address) or message.get("SignatureVersion") not in _HASHES:
            return Verdict.WRONG
        try:
            key = self.certificates.key(address, now)
        except UnreachableError:
            return Verdict.UNCHECKED
        except CertificateError:
            return Verdict.WRONG
        return Verdict.ACCEPTED if _is_signed(message, key) else Verdict.WRONG

    def to_confirm(self, body: bytes) -> str:
        """The address that confirms the subscription of which an authentic message tells; "" where it tells of none.

        Raises `DeliveryError` for an address that is not SNS' own, or of another topic.
        """
        message = read(body)
        if message is None or message["Type"] != "SubscriptionConfirmation":
            return ""
        address = message["SubscribeURL"]
        asked = parse_qs(urlsplit(address).query) if is_of_sns(address) else {}
        if asked.get("Action") != ["ConfirmSubscription"] or asked.get("TopicArn") != [message["TopicArn"]]:
            raise DeliveryError("The address that would confirm the subscription is not one of SNS.", permanent=True)
        return address

    def confirm(self, address: str) -> None:
        """Confirm a subscription; confirming it twice changes nothing. Raises `DeliveryError`."""
        try:
            self.certificates.fetch(address)
        except UnreachableError as error:
            raise DeliveryError(f"The subscription could not be confirmed: {error}", platform_down=True) from error
        except CertificateError as error:
            raise DeliveryError(f"SNS refused to confirm the subscription: {error}") from error


def read(body: bytes) -> Message | None:
    """The message's texts; None for a body that is none, or lacks something that is signed."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    message = {name: value for name, value in data.items() if isinstance(value, str)}
    needed = set(_SIGNED.get(message.get("Type", ""), ("Type",))) - {"Subject"}
    return message if message.get("Type") in _SIGNED and needed <= set(message) else None


def is_of_sns(address: str) -> bool:
    """Whether it is an https address of SNS itself: no other host, port, user or trick of notation."""
    if not _PLAIN.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and HOST.fullmatch(parts.netloc) is not None


def is_certificate(address: str) -> bool:
    """Whether it is an address at which SNS keeps a certificate."""
    parts = urlsplit(address) if is_of_sns(address) else None
    return parts is not None and not parts.query and _CERTIFICATE_PATH.fullmatch(parts.path) is not None


def canonical(message: Message) -> bytes:
    """What is signed of a message."""
    names = (name for name in _SIGNED[message["Type"]] if name in message)
    return "".join(f"{name}\n{message[name]}\n" for name in names).encode(errors="surrogatepass")


def _is_signed(message: Message, key: rsa.RSAPublicKey) -> bool:
    try:
        signature = base64.b64decode(message.get("Signature", ""), validate=True)
        key.verify(signature, canonical(message), padding.PKCS1v15(), _HASHES[message["SignatureVersion"]]())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
