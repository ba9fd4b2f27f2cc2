"""The attacks of a long run: each goes on for its time, and tells what it tried and found."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import requests
from schemathesis import GenerationMode

from tests.hostile import senders, zoo
from tests.hostile.calls import attack, operations
from tests.hostile.inside import Inside
from tests.hostile.prey import PATH_SECRET, TOKEN, Prey
from tests.hostile.raw import asked, held, status
from tests.hostile.requests_raw import POST, WELL
from tests.hostile.targets import TARGETS

KNOWN = {200, 202, 400, 401, 404, 405, 413, 415, 503}
_GRACE_SECONDS = 60
_TARGET_SECONDS, _START_SECONDS = 20, 8
"""What one target of the fuzzer gets at least, and what of it is gone before it begins."""


@dataclass(frozen=True)
class Ground:
    """What an attack is made on, by which dice, and for how many seconds."""

    prey: Prey
    folder: Path
    seed: int
    seconds: float

    def rounds(self) -> Iterator[int]:
        """Numbers, until the time is up."""
        ends, number = time.monotonic() + self.seconds, self.seed
        while time.monotonic() < ends:
            yield number
            number += 1

    def lives(self) -> bool:
        """Whether the web role still answers."""
        try:
            return requests.get(f"{self.prey.url}/healthz", timeout=30).status_code == 200
        except requests.RequestException:
            return False


@dataclass
class Tally:
    """How many inputs were tried, how they were answered, and what should not have come of them."""

    tried: int = 0
    answers: Counter[object] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


def api(ground: Ground) -> Tally:
    """The API from its own description, good requests and bad ones."""
    tally, inside = Tally(), Inside(ground.prey)
    inside.live()
    for number in ground.rounds():
        for operation in operations(inside.flask):
            for mode in GenerationMode:
                try:
                    tally.answers += attack(operation, 20, number, mode)
                except AssertionError as error:
                    tally.findings.append(f"{operation.label}, seed {number}: {str(error)[:400]}")
    tally.tried = sum(tally.answers.values())
    inside.close()
    return tally


def bodies(ground: Ground) -> Tally:
    """Bodies that break parsers, and what becomes of them when bytes change, to every source of the real web role."""
    tally = Tally()
    for number in ground.rounds():
        dice = random.Random(number)
        source = dice.choice(senders.SOURCES)
        name, body = dice.choice([*zoo.bodies(), *zoo.texts(str(number)).items()])
        changed = bytearray(body)
        for _ in range(dice.randint(0, 4) if changed else 0):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        headers = {"Content-Type": "application/json", **senders.proof(source, bytes(changed))}
        url = f"{ground.prey.url}{senders.path(source)}"
        answer = requests.post(url, data=bytes(changed), headers=headers, timeout=60)
        tally.tried += 1
        tally.answers[answer.status_code] += 1
        if answer.status_code not in KNOWN or not ground.lives():
            tally.findings.append(f"{name} to {source}, seed {number}: {answer.status_code} {answer.text[:200]}")
    return tally


def wire(ground: Ground) -> Tally:
    """Requests that break the rules of HTTP, as they are and with bytes changed."""
    tally = Tally()
    for number in ground.rounds():
        dice = random.Random(number)
        name, (text, well) = dice.choice(sorted(WELL.items()))
        request = bytearray(text.encode("latin-1"))
        if whole := dice.random() < 0.3:
            answer = asked(ground.prey.port, bytes(request))
        else:
            request[dice.randrange(min(len(request), 300))] = dice.randrange(256)
            answer = asked(ground.prey.port, bytes(request))
        tally.tried += 1
        tally.answers[status(answer)] += 1
        leaks = TOKEN.encode() in answer or PATH_SECRET.encode() in answer
        odd = status(answer) >= 500 or status(answer) in range(300, 400) or (whole and status(answer) not in well)
        if leaks or odd or not ground.lives():
            tally.findings.append(f"{name}, seed {number}: {bytes(request[:150])!r}: {answer[:200]!r}")
    return tally


def connections(ground: Ground) -> Tally:
    """Many connections that begin and do not end."""
    tally = Tally()
    for number in ground.rounds():
        begun = f"{POST}Content-Length: 50\r\n\r\n{{".encode()
        many, begin = ((1500, b"POST / HTTP/1.1\r\nHos"), (60, begun), (500, b""))[number % 3]
        with held(ground.prey.port, many, begin):
            tally.tried += many
            tally.answers["healthz answers" if ground.lives() else "healthz is silent"] += 1
        if not ground.lives():
            tally.findings.append(f"{many} connections with {begin[:20]!r} silenced the web role")
    return tally


def fuzz(ground: Ground) -> Tally:
    """Coverage-guided fuzzing of everything that takes foreign bytes, each target in a process of its own."""
    tally = Tally()
    many = min(len(TARGETS), max(1, int(ground.seconds // _TARGET_SECONDS)))
    seconds = max(5, int(ground.seconds / many) - _START_SECONDS)
    for name in random.Random(ground.seed).sample(sorted(TARGETS), many):
        folder = ground.folder / f"fuzz-{name.replace(' ', '-')}"
        folder.mkdir()
        command = (sys.executable, "-m", "tests.hostile.fuzz", name, str(seconds), str(ground.seed), str(folder))
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds + _GRACE_SECONDS, check=False, errors="replace"
        )
        tally.tried += _runs(told.stderr)
        tally.answers[f"{name}: {told.returncode}"] += 1
        if told.returncode:
            tally.findings.append(f"{name}: {told.stderr[-600:]}")
    return tally


def _runs(said: str) -> int:
    """How many inputs libFuzzer says that it tried."""
    counted = [line.split("\t")[0].lstrip("#") for line in said.splitlines() if line.startswith("#")]
    return max((int(one) for one in counted if one.strip().isdigit()), default=0)


ATTACKS: dict[str, Callable[[Ground], Tally]] = {one.__name__: one for one in (api, bodies, wire, connections, fuzz)}
"""Every attack, by its name."""
