"""How a sender proves itself, in each way that platforms.yaml knows: the headers and the end of the address."""

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from mappings_guides import Documented

from core.model import SignatureForm
from mappings import BoundMapping

Proof = tuple[dict[str, str], str]
_GRAFANA = SignatureForm(header="X-Grafana-Alerting-Signature")
_HUB = SignatureForm(header="X-Hub-Signature", prefix="sha256=")


def _basic(settings: Mapping[str, Any], secret: str) -> Proof:
    both = base64.b64encode(f"{settings['user']}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {both}"}, ""


_UNSIGNED: Mapping[str, Callable[[Mapping[str, Any], str], Proof]] = {
    "basic": _basic,
    "bearer": lambda _, secret: ({"Authorization": f"Bearer {secret}"}, ""),
    "header": lambda settings, secret: ({settings["name"]: secret}, ""),
    "path": lambda _, secret: ({}, f"/{secret}"),
}
KNOWN = {*_UNSIGNED, "signature", "hub_signature", "grafana_signature"}
"""The ways that can be acted here."""


def proof(way: Documented, mapping: BoundMapping, secret: str, body: bytes, now: datetime) -> Proof:
    """What a sender with that secret sends along with that body."""
    if way.kind in _UNSIGNED:
        return _UNSIGNED[way.kind](way.settings, secret)
    form = {"hub_signature": _HUB, "grafana_signature": _GRAFANA}.get(way.kind) or mapping.signature
    assert form is not None
    said = {name: value for name, value in way.settings.items() if name != "secrets"}
    if way.kind == "grafana_signature" and "timestamp_header" in said:
        said["over"] = "{timestamp}:{body}"
    form = replace(form, **said)
    stamp = str(int(now.timestamp()))
    text = form.over.encode().replace(b"{timestamp}", stamp.encode()).replace(b"{body}", body)
    digest = hmac.new(secret.encode(), text, form.algorithm).digest()
    value = digest.hex() if form.encoding == "hex" else base64.b64encode(digest).decode()
    return {form.header: form.prefix + value, **({form.timestamp_header: stamp} if form.timestamp_header else {})}, ""
