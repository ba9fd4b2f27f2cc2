"""What can happen to a running Rung, and people who do not act at the very moment in which it does."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil
import redis
import requests

from sandbox.embedded import Admin
from sandbox.store import Json
from tests.e2e.land import Land
from tests.e2e.processes import end_all, tell, wait_for

PROCESSES = ("worker-1", "worker-2", "clock", "web", "web-worker", "redis", "postgres", "backend")
ACCIDENTS = (*PROCESSES, "redis forgets", "redis hangs")
_HANGS_SECONDS = 3.0


@dataclass
class Accidents:
    """Has accidents happen in a land. While `calm` is held, none does."""

    land: Land
    calm: threading.Lock = field(default_factory=threading.Lock)
    happened: list[str] = field(default_factory=list)

    def happen(self, what: str) -> None:
        """Kill the process of that name, or do what else the name says."""
        others: dict[str, Callable[[], None]] = {
            "redis forgets": self._forget,
            "redis hangs": self._hang,
            "rung up": self._kill_all,
        }
        others.get(what, lambda: self._kill(what))()
        tell(f"{'':8} *          {what}")
        self.happened.append(what)

    def _kill(self, name: str) -> None:
        def killed() -> bool:
            with self.calm, contextlib.suppress(psutil.NoSuchProcess):
                found = self._find(name)
                if found is not None:
                    found.kill()
                return found is not None
            return False

        wait_for(f"{name} is there to be killed", killed, 30, self.land.rung.said)

    def _find(self, name: str) -> psutil.Process | None:
        parts = self.land.parts()
        if name != "backend":
            return parts.get(name)
        backends = parts["postgres"].children() if "postgres" in parts else []
        return next((one for one in backends if "[local]" in " ".join(one.cmdline())), None)

    def _forget(self) -> None:
        with (
            contextlib.suppress(redis.RedisError),
            redis.Redis.from_url(self.land.redis_url(), socket_timeout=2) as one,
        ):
            one.flushall()

    def _hang(self) -> None:
        found = self.land.parts().get("redis")
        if found is not None:
            found.suspend()
            time.sleep(_HANGS_SECONDS)
            found.resume()

    def _kill_all(self) -> None:
        """The supervisor is killed; the kernel ends its children, and a person starts `rung up` again.

        That takes some seconds, or many on a busy machine, in which a level's time would run out.
        """
        with self.calm, self.land.while_time_stands_still():
            family = self.land.rung.family()
            self.land.rung.running.send_signal(signal.SIGKILL)
            self.land.rung.running.wait()
            late = end_all(family)
            assert not late, f"these outlived rung up: {late}"
            self.land.start_rung()


class Person(Admin):
    """The sandbox's people, who act while Rung listens: a ServiceNow that meets no listener does not tell it again."""

    def __init__(self, accidents: Accidents) -> None:
        super().__init__(accidents.land.admin.servicenow_url, accidents.land.admin.jira_url)
        self._accidents = accidents

    def act(self, platform: str, do: str, who: str, **rest: Any) -> Json:
        """Act once Rung is ready, and let the webhooks of it arrive before the next accident."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with self._accidents.calm:
                if _listens(self._accidents.land.url):
                    done = super().act(platform, do, who, **rest)
                    self.settle()
                    return done
            time.sleep(0.1)
        raise ValueError("Rung did not become ready for a minute")


def _listens(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=10).status_code == 200
    except requests.RequestException:
        return False


def in_turn(accidents: Accidents, names: Sequence[str]) -> Callable[[str, str], None]:
    """A voice for a stage: with each sentence that a story tells, the next accident happens."""
    waiting = iter(names)
    turn = threading.Lock()

    def voice(who: str, sentence: str) -> None:
        tell(f"{accidents.land.stage().now():%H:%M:%S} {who:<10} {sentence}")
        with turn:
            name = next(waiting, None)
        if name is not None:
            threading.Thread(target=accidents.happen, args=(name,), daemon=True).start()

    return voice
