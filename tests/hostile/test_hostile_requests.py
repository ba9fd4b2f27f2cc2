"""Requests that break the rules of HTTP, to the real web role: refused, and it goes on."""

from __future__ import annotations

import requests

from tests.hostile.prey import PATH_SECRET, TOKEN, Prey
from tests.hostile.raw import asked, status
from tests.hostile.requests_raw import WELL


def test_whatever_breaks_the_rules_is_refused_and_nothing_of_it_told_back(prey: Prey) -> None:
    serving = prey.server().pid
    wrong = {}
    for name, (request, well) in WELL.items():
        answer = asked(prey.port, request.encode("latin-1"))
        told = answer.decode("latin-1")
        if status(answer) not in well or TOKEN in told or PATH_SECRET in told or "root:" in told:
            wrong[name] = told[:300]
    assert wrong == {}
    assert prey.server().pid == serving
    assert requests.get(f"{prey.url}/healthz", timeout=30).status_code == 200
    said = prey.started["web"].said()
    assert "Traceback" not in said
    assert PATH_SECRET not in said
