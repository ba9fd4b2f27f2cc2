"""The ports at which the processes of one `rung up` tell their numbers."""

from __future__ import annotations

from rung.settings import Settings
from rung.up import roles


def ports(**environment: str) -> dict[str, str]:
    settings = Settings.from_environment({"RUNG_WORKERS": "2", **environment})
    return {child.name: child.environment["RUNG_METRICS_PORT"] for child in roles(settings, {})}


def test_each_worker_and_the_clock_have_a_port_of_their_own() -> None:
    told = ports(RUNG_METRICS_PORT="9321")
    assert told == {"web": "0", "mail": "0", "worker-1": "9321", "worker-2": "9322", "clock": "9323"}


def test_without_a_port_none_tells_anything() -> None:
    assert set(ports().values()) == {"0"}


def test_beyond_the_last_port_there_is_none() -> None:
    told = ports(RUNG_METRICS_PORT="65535")
    assert (told["worker-1"], told["worker-2"], told["clock"]) == ("65535", "0", "0")
