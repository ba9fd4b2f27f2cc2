"""The scripts that monitoring tools run for a notification, run for real: what they post, and to whom."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from mappings_fixtures import bound, delivery

import mappings
from core.model import Event, State

SECRET = 'a"b\\c $(id) d=='
HOSTILE = 'ev"il\\ \'$(touch pwned)`touch pwned`;touch pwned&\n\x01\tü%s {"x":1}'
"""A name as an attacker would choose it, if they may name a host."""

SCRIPTS = {
    "nagios": {
        "NAGIOS_NOTIFICATIONTYPE": "PROBLEM",
        "NAGIOS_HOSTNAME": "{host}",
        "NAGIOS_SERVICEDESC": "HTTP",
        "NAGIOS_SERVICESTATE": "CRITICAL",
        "NAGIOS_SERVICEOUTPUT": "{output}",
        "NAGIOS_LASTSERVICESTATECHANGE": "1772439330",
        "NAGIOS__HOSTCUSTOMER": "acme",
    },
    "icinga2": {
        "ICINGA_WHAT": "service",
        "ICINGA_TYPE": "PROBLEM",
        "ICINGA_HOST": "{host}",
        "ICINGA_SERVICE": "HTTP",
        "ICINGA_STATE": "CRITICAL",
        "ICINGA_OUTPUT": "{output}",
        "ICINGA_STATE_SINCE": "1772439330.25",
        "ICINGA_CUSTOMER": "acme",
    },
    "checkmk": {
        "NOTIFY_WHAT": "SERVICE",
        "NOTIFY_NOTIFICATIONTYPE": "PROBLEM",
        "NOTIFY_HOSTNAME": "{host}",
        "NOTIFY_SERVICEDESC": "HTTP",
        "NOTIFY_SERVICESTATE": "CRITICAL",
        "NOTIFY_SERVICEOUTPUT": "{output}",
        "NOTIFY_LASTSERVICESTATECHANGE": "1772439330",
        "NOTIFY_SERVICEURL": "/check_mk/index.py?start_url=view.py",
        "NOTIFY_HOSTLABEL_customer": "acme",
    },
}
"""What each tool hands over, for a service of a host that is critical."""


@dataclass
class Door:
    """A server on this machine that keeps what is posted and answers as it is told."""

    answers: list[int] = field(default_factory=list)
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def door() -> Iterator[Door]:
    told = Door()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.requests.append((self.path, self.headers["x-rung-secret"], body))
            self.send_response(told.answers.pop(0) if told.answers else 202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            del args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}/webhooks/it"
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def run(
    tool: str, door: Door, folder: Path, *, host: str = "web-01", output: str = "down", web: str = ""
) -> subprocess.CompletedProcess[str]:
    """The tool's script as the tool runs it: an environment, and no shell that reads it."""
    config = folder / "rung-notify.conf"
    config.write_text(f"# comment\nurl={door.url}\nsecret={SECRET}\nweb={web}\n")
    said = {name: value.replace("{host}", host).replace("{output}", output) for name, value in SCRIPTS[tool].items()}
    return subprocess.run(
        [mappings.PACKAGED / tool / "rung-notify", config],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **said},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def event(tool: str, body: bytes) -> Event:
    (found,) = bound(mappings.PACKAGED / tool).events(delivery(body, {"content-type": "application/json"})).events
    return found


@pytest.mark.parametrize("tool", SCRIPTS)
def test_what_the_script_posts_is_understood(tool: str, door: Door, tmp_path: Path) -> None:
    done = run(tool, door, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ((path, secret, body),) = door.requests
    assert (path, secret) == ("/webhooks/it", SECRET)
    found = event(tool, body)
    assert (found.key, found.state, found.customer) == ("web-01!HTTP", State.NEW, "acme")
    assert found.title == "HTTP on web-01: down"
    assert found.occurred_at is not None
    assert found.occurred_at.isoformat().startswith("2026-03-02T08:15:30")


@pytest.mark.parametrize("tool", SCRIPTS)
def test_nothing_that_a_name_holds_is_run_or_breaks_the_body(tool: str, door: Door, tmp_path: Path) -> None:
    done = run(tool, door, tmp_path, host=HOSTILE, output=HOSTILE, web="https://there.example.com")
    assert done.returncode == 0, done.stderr
    told = json.loads(door.requests[0][2])
    assert told["host"] == HOSTILE.replace("\x01", " ")
    assert told["output"] == told["host"]
    assert not (tmp_path / "pwned").exists()
    link = event(tool, door.requests[0][2]).link
    assert link is not None
    assert not set(link) & set(" \"'`$\\<>\n")


@pytest.mark.parametrize("tool", SCRIPTS)
def test_a_body_is_posted_again_when_rung_asks_for_it(tool: str, door: Door, tmp_path: Path) -> None:
    door.answers += [503]
    assert run(tool, door, tmp_path).returncode == 0
    first, second = (body for _, _, body in door.requests)
    assert first == second
    mapping = bound(mappings.PACKAGED / tool)
    assert mapping.delivery_key({"content-type": "application/json"}, first)


@pytest.mark.parametrize("tool", SCRIPTS)
def test_a_refusal_is_told_without_the_secret(tool: str, door: Door, tmp_path: Path) -> None:
    door.answers += [401] * 5
    done = run(tool, door, tmp_path)
    assert done.returncode == 1
    assert "401" in done.stderr
    assert "Rung did not take the notification" in done.stderr
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.parametrize("tool", SCRIPTS)
def test_a_configuration_that_says_too_little_is_told(tool: str, door: Door, tmp_path: Path) -> None:
    script = mappings.PACKAGED / tool / "rung-notify"
    (tmp_path / "empty.conf").write_text("url=https://rung.example.com\n")
    for config, told in (("missing.conf", "cannot be read"), ("empty.conf", "needs the lines url=... and secret=...")):
        done = subprocess.run([script, tmp_path / config], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 1
        assert told in done.stderr
    assert not door.requests


def test_icinga_s_commands_hand_over_what_the_script_reads() -> None:
    folder = mappings.PACKAGED / "icinga2"
    read = set(re.findall(r"\bICINGA_\w+", (folder / "rung-notify").read_text()))
    assert read == set(re.findall(r"\bICINGA_\w+", (folder / "rung.conf").read_text()))


def test_what_the_scripts_have_in_common_is_the_same_in_each() -> None:
    texts = [(mappings.PACKAGED / tool / "rung-notify").read_text() for tool in SCRIPTS]
    assert len({text.partition("# ---- the same")[2].partition("# ---- until here")[0] for text in texts}) == 1
