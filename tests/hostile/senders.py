"""Authentic requests of each kind of source."""

from __future__ import annotations

import base64
import hashlib
import hmac

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.hostile.prey import HUB_SECRET, PATH_SECRET, SECRETS, TOKEN

SOURCES = ("alertmanager", "scripts", "jira-main", "elastic")


def path(source: str) -> str:
    """Where it posts."""
    return f"/webhooks/{source}/{PATH_SECRET}" if source == "scripts" else f"/webhooks/{source}"


def proof(source: str, body: bytes) -> dict[str, str]:
    """The headers by which it is known."""
    if source == "alertmanager":
        return {"Authorization": f"Bearer {TOKEN}"}
    if source == "jira-main":
        return {"X-Hub-Signature": "sha256=" + hmac.new(HUB_SECRET.encode(), body, hashlib.sha256).hexdigest()}
    if source == "elastic":
        pair = f"kibana:{SECRETS['HOSTILE_BASIC']}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {}


def send(client: FlaskClient, source: str, body: bytes) -> TestResponse:
    """Post that body, and prove who sends it."""
    headers = {"Content-Type": "application/json", **proof(source, body)}
    return client.post(path(source), data=body, headers=headers)
