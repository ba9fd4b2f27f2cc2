"""The sandbox as a process, its state file, its clock, and its mail."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from sandbox.clock import Clock
from sandbox.embedded import Admin, Sandbox
from sandbox.seed import load_seed, seed_from


@contextmanager
def process(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    command = [sys.executable, "-m", "sandbox", *options]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert running.stdout
        yield running, json.loads(running.stdout.readline())
    finally:
        running.kill()
        running.wait()
        if running.stdout:
            running.stdout.close()


def test_a_killed_sandbox_comes_back_with_its_records(tmp_path: Path) -> None:
    state, ports = tmp_path / "state.json", tmp_path / "ports.json"
    with process("--state", str(state), "--ports-file", str(ports)) as (running, where):
        assert json.loads(ports.read_text()) == where
        admin = Admin(str(where["servicenow"]), str(where["jira"]))
        admin.targets("jira", [{"url": "http://127.0.0.1:9/x"}])
        number = admin.act("servicenow", "create", who="dana.reyes")["number"]
        key = admin.act("jira", "create", who="dana.reyes", fields={"summary": "Kept"})["key"]
        end = time.monotonic() + 5
        while "Kept" not in state.read_text() and time.monotonic() < end:
            time.sleep(0.02)
        running.kill()
        running.wait()
    with Sandbox(state=state) as box:
        assert box.incident(number)["history"][0]["by"] == "dana.reyes"
        assert box.issue(key)["summary"] == "Kept"
        assert box.act("servicenow", "create", who="dana.reyes")["number"] == "INC0010002"
        assert box.act("jira", "create", who="dana.reyes", fields={"summary": "x"})["key"] == "OPS-2"
        assert box.box.stands[1].hooks.targets == [{"url": "http://127.0.0.1:9/x"}]


def test_sigterm_ends_it_cleanly_and_writes_the_state(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with process("--state", str(state), "--jira-deployment", "datacenter") as (running, where):
        admin = Admin(str(where["servicenow"]), str(where["jira"]))
        admin.act("jira", "create", who="dana.reyes", fields={"summary": "Last"})
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
    assert "Last" in state.read_text()


def test_a_broken_seed_is_told_in_a_sentence(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("people: [{name: Nobody}]")
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--seed", str(seed)], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_records_carry_the_virtual_time(tmp_path: Path) -> None:
    file = tmp_path / "time.json"
    file.write_text(json.dumps({"real": time.time(), "virtual": 1_800_000_000, "speed": 60}))
    clock = Clock(file)
    assert 0 <= clock.now() - 1_800_000_000 < 120
    assert clock.speed == 60
    file.write_text(json.dumps({"real": time.time(), "virtual": 1_900_000_000, "speed": 1.5}))
    assert 0 <= clock.now() - 1_900_000_000 < 10
    with Sandbox(time_file=file) as box:
        made = box.act("servicenow", "create", who="dana.reyes")
        issue = box.act("jira", "create", who="dana.reyes", fields={"summary": "x"})
    assert made["fields"]["opened_at"].startswith("2030-03-17 17:46:")
    assert 0 <= issue["created"] - 1_900_000_000 < 60


def test_an_unreadable_time_file_keeps_the_last_time(tmp_path: Path) -> None:
    file = tmp_path / "time.json"
    file.write_text(json.dumps({"real": time.time(), "virtual": 100, "speed": 0}))
    clock = Clock(file)
    assert clock.now() == 100
    file.write_text("{")
    assert clock.now() == 100


def test_mail_is_kept_and_delivered_nowhere(box: Sandbox) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "SEV1 Payments — down", "rung@example.com", "lee.park@example.com"
    letter.set_content("Take it: http://rung.example.com/a")
    letter.add_alternative("<p>Take it</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=5) as server:
        server.send_message(letter)
    [kept] = box.mail()
    assert (kept["from"], kept["to"]) == ("rung@example.com", ["lee.park@example.com"])
    assert kept["subject"] == "SEV1 Payments — down"
    assert (kept["text"].strip(), kept["html"].strip()) == ("Take it: http://rung.example.com/a", "<p>Take it</p>")


def test_it_listens_on_loopback_only(box: Sandbox) -> None:
    assert box.servicenow_url.startswith("http://127.0.0.1:")
    assert [server._server.server_address[0] for server in box.box._servers] == ["127.0.0.1", "127.0.0.1"]


def test_the_packaged_seed_names_everybody_the_demo_needs() -> None:
    seed = load_seed()
    assert {"dana.reyes", "lee.park", "sam.okafor", "ines.moreau", "tomas.novak", "rung.integration"} == set(
        seed.by_name
    )
    assert {group.name for group in seed.groups} == {"Payments Support", "Platform Operations", "Service Desk"}
    assert all(member in seed.by_name for group in seed.groups for member in group.members)
    assert len({one.account_id for one in seed.people} | {one.api_key for one in seed.people}) == 2 * len(seed.people)


def test_a_small_seed_gets_stable_ids() -> None:
    told = {"people": [{"user_name": "a.b", "name": "A B"}], "groups": [{"name": "G"}]}
    assert seed_from(told) == seed_from(told)
    assert len(seed_from(told).people[0].sys_id) == 32


def test_reset_begins_anew(box: Sandbox) -> None:
    box.act("servicenow", "create", who="dana.reyes")
    box.act("jira", "create", who="dana.reyes", fields={"summary": "x"})
    box.fault("jira", kind="close", path="*")
    box.reset()
    assert (box.incidents(), box.issues(), box.calls("jira"), box.mail()) == ([], [], [], [])
    assert box.act("jira", "create", who="dana.reyes", fields={"summary": "x"})["key"] == "OPS-1"
