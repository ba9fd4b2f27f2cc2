"""Recorded tickets played again under two policies, on one core and on all."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.documents import CONFIG, TEAM_SERVICE
from bench.figures import Figure
from bench.timing import took
from core.engine.simulation import Assumption, Case, Move
from rung import documents
from rung.simulation import Question, simulate

_CASES = 4000
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_GRADES = ("high", "medium", "low")


def _cases() -> list[Case]:
    chance = random.Random(1)
    return [_case(number, chance) for number in range(_CASES)]


def _case(number: int, chance: random.Random) -> Case:
    opened = _BEGIN + timedelta(minutes=10 * number)
    taken = opened + timedelta(seconds=chance.expovariate(1 / 900))
    moves = [Move(at=taken, deed="acknowledged")] if chance.random() < 0.9 else []
    moves.append(Move(at=taken + timedelta(hours=1), deed="state", values={"state": "resolved"}))
    return Case(
        id=str(number),
        opened_at=opened,
        title="Payments fail",
        impact=chance.choice(_GRADES),
        urgency=chance.choice(_GRADES),
        service=TEAM_SERVICE,
        moves=tuple(moves),
    )


def measure() -> list[Figure]:
    """Tickets per second; each is played under the policy in force and under the one that is tried."""
    texts = documents.read_folder(CONFIG)
    until = _BEGIN + timedelta(days=90)
    question = Question(in_force=texts, tried=texts, assumption=Assumption(), until=until)
    alone = replace(question, beside=False)
    cases = _cases()
    one = _CASES / took(lambda: simulate(cases, question, 1))
    cores = os.cpu_count() or 1
    every = _CASES / took(lambda: simulate(cases, question, cores))
    single = Figure(
        name="tickets, one core",
        value=one,
        unit="tickets/s",
        note=f"100,000 take {100_000 / one:.0f} seconds",
    )
    lone = _CASES / took(lambda: simulate(cases, alone, 1))
    without = Figure(
        name="tickets, one core, --alone",
        value=lone,
        unit="tickets/s",
        note=f"100,000 take {100_000 / lone:.0f} seconds",
    )
    return [
        single,
        without.over(single),
        Figure(name=f"tickets, {cores} cores", value=every, unit="tickets/s").over(single),
    ]
