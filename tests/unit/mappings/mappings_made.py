"""Documents and deliveries made in tests."""

import json
from datetime import UTC, datetime

from core.model import Delivery

ALERT = """
title: Test
shapes:
  - name: alert
    kind: {{is: alert}}
    key: id
    state: {{is: new}}
{fields}
"""


def delivery(body: object, content_type: str = "application/json", **headers: str) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery(1, "test", None, datetime(2026, 1, 1, tzinfo=UTC), content_type, said, raw)
