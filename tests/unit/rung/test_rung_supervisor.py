"""The supervisor, over tiny real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from rung.child import Child
from rung.supervisor import Supervisor

SLEEP = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); import time; time.sleep(60)"


class Heard(list[tuple[str, str]]):
    """What the supervisor said."""

    def say(self, name: str, line: str) -> None:
        self.append((name, line))

    def times(self, name: str, line: str) -> int:
        return self.count((name, line))


@pytest.fixture
def heard() -> Heard:
    return Heard()


def python(name: str, program: str, *arguments: str, stage: int = 0, lock: Path | None = None) -> Child:
    command = (sys.executable, "-S", "-c", textwrap.dedent(program), *arguments)
    return Child(name=name, command=command, stage=stage, lock=lock)


def gone(pid: int) -> Callable[[], bool]:
    return lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_it_starts_again_what_was_killed(heard: Heard) -> None:
    with Supervisor(heard.say) as family:
        family.add(python("one", SLEEP), python("two", SLEEP))
        assert family.wait_for(lambda: heard.times("one", "up") == 1 == heard.times("two", "up"), 10)
        first = family.pids()
        os.kill(first["one"], signal.SIGKILL)
        assert family.wait_for(lambda: heard.times("one", "up") == 2, 10)
        assert family.pids()["one"] != first["one"]
        assert family.pids()["two"] == first["two"]
    assert ("one", "was ended by SIGKILL; starting it again in 0.2 s") in heard


def test_it_waits_longer_each_time_for_what_keeps_ending(heard: Heard) -> None:
    with Supervisor(heard.say) as family:
        family.add(python("broken", "raise SystemExit(3)"))
        assert family.wait_for(lambda: ("broken", "ended with status 3; starting it again in 0.8 s") in heard, 10)
    delays = [line.split()[-2] for _, line in heard]
    assert delays == ["0.2", "0.4", "0.8"]


def test_it_leaves_nothing_behind_when_a_block_fails(heard: Heard) -> None:
    pids = {}

    def fail() -> None:
        with Supervisor(heard.say) as family:
            family.add(python("one", SLEEP))
            pids.update(family.pids())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not psutil.pid_exists(pids["one"])


def test_it_stops_stage_by_stage(heard: Heard) -> None:
    program = """
        import signal, sys, time
        def end(*_):
            time.sleep(0.1); print("ended", flush=True); sys.exit(0)
        signal.signal(15, end)
        print("up", flush=True)
        time.sleep(60)
    """
    with Supervisor(heard.say) as family:
        family.add(
            python("last", program, stage=9), python("first", program, stage=1), python("middle", program, stage=2)
        )
        assert family.wait_for(lambda: len(heard) == 3, 10)
        heard.clear()
        assert family.stop() == []
    assert heard == [("first", "ended"), ("middle", "ended"), ("last", "ended")]


def test_it_kills_what_does_not_stop_in_time(heard: Heard) -> None:
    with Supervisor(heard.say, grace=0.2) as family:
        family.add(python("stubborn", STUBBORN))
        assert family.wait_for(lambda: ("stubborn", "up") in heard, 10)
        assert family.stop() == ["stubborn"]
    assert heard[-1] == ("stubborn", "did not stop in time and was killed")


def test_a_signal_stops_it_and_a_second_one_kills_at_once(heard: Heard) -> None:
    with Supervisor(heard.say, grace=60) as family:
        family.add(python("stubborn", STUBBORN))
        family.run(until=lambda: ("stubborn", "up") in heard)
        os.kill(os.getpid(), signal.SIGTERM)
        family.run()
        os.kill(os.getpid(), signal.SIGINT)
        began = time.monotonic()
        assert family.stop() == ["stubborn"]
        assert time.monotonic() - began < 5


def test_it_gives_the_signals_back(heard: Heard) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Supervisor(heard.say):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_a_killed_child_had_started_ends_too(heard: Heard) -> None:
    program = """
        import subprocess, sys, time
        helper = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        print(helper.pid, flush=True)
        time.sleep(60)
    """
    with Supervisor(heard.say) as family:
        family.add(python("web", program))
        assert family.wait_for(lambda: len(heard) == 1, 10)
        os.kill(family.pids()["web"], signal.SIGKILL)
        assert family.wait_for(gone(int(heard[0][1])), 10)


def test_a_child_that_closes_its_output_is_left_in_peace(heard: Heard) -> None:
    program = "import os, time; print('bye', flush=True); os.close(1); os.close(2); time.sleep(60)"
    with Supervisor(heard.say) as family:
        family.add(python("quiet", program))
        assert family.wait_for(lambda: ("quiet", "bye") in heard, 10)
        assert not family.wait_for(lambda: False, 0.3)
        assert heard == [("quiet", "bye")]


def test_the_last_words_of_a_child_are_heard_even_without_a_line_end(heard: Heard) -> None:
    with Supervisor(heard.say) as family:
        family.add(python("short", "print('a' * 100000); print('last', end='', flush=True)"))
        assert family.wait_for(lambda: ("short", "last") in heard, 10)
    assert sum(len(line) for name, line in heard if line.startswith("a")) == 100000


def test_a_child_whose_predecessor_lives_waits_for_its_lock(heard: Heard, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with Supervisor(heard.say) as elder:
        elder.add(python("elder", SLEEP, lock=lock))
        with Supervisor(heard.say) as younger:
            younger.add(python("younger", SLEEP, lock=lock))
            assert "already running here" in heard[-1][1]
            elder.stop()
            assert younger.wait_for(lambda: ("younger", "up") in heard, 10)


def test_nothing_outlives_a_supervisor_that_is_killed() -> None:
    program = f"""
        import sys, time
        from rung.child import Child
        from rung.supervisor import Supervisor
        with Supervisor(lambda name, line: print(name, flush=True)) as family:
            sleep = (sys.executable, "-S", "-c", {STUBBORN!r})
            family.add(Child(name="a", command=sleep), Child(name="b", command=sleep))
            family.wait_for(lambda: len(family.pids()) == 2, 5)
            print(*family.pids().values(), flush=True)
            family.run()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout
        pids: list[int] = []
        ups = 0
        while len(pids) < 2 or ups < 2:
            line = killed.stdout.readline().split()
            pids, ups = ([int(word) for word in line], ups) if len(line) == 2 else (pids, ups + 1)
        killed.kill()
    assert all(wait(gone(pid)) for pid in pids)
