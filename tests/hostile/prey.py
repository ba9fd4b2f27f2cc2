"""Rung's real processes over real servers, their every secret known: what the attacks are made on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from rung.applying import apply_documents
from rung.settings import Settings
from tests.e2e.processes import Process, free_port, wait_for

START_SECONDS = 60.0
TOKEN = "planted-bearer-1f0c9be2a7"
PATH_SECRET = "planted-path-7b1d02c9e4"
HUB_SECRET = "planted-hub-93ac5be0d1"
SECRETS = {
    "HOSTILE_BEARER": TOKEN,
    "HOSTILE_PATH": PATH_SECRET,
    "HOSTILE_HUB": HUB_SECRET,
    "HOSTILE_BASIC": "planted-basic-40be77d2f8",
    "HOSTILE_GRAFANA": "planted-grafana-cc5120a97e",
    "HOSTILE_SNOW": "planted-snow-5d2e81f60b",
    "HOSTILE_JIRA": "planted-jira-e80f3c62ad",
    "HOSTILE_WAY": "json://127.0.0.1:{sink}/planted-way-62d7f19b03",
    "HOSTILE_FEED": "https://calendar.invalid/planted-feed-aa10cd38e5.ics",
}
"""The environment variables that the documents name, with values that are found again wherever they turn up."""

PLATFORMS = """\
platforms:
  snow:
    kind: servicenow
    url: http://127.0.0.1:{platform}
    auth: {{basic: {{user: rung, password: "${{HOSTILE_SNOW}}"}}}}
    timeout: [1, 1]
  jira-main:
    kind: jira
    url: http://127.0.0.1:{platform}
    deployment: cloud
    project: OPS
    auth: {{basic: {{user: rung@example.com, password: "${{HOSTILE_JIRA}}"}}}}
    timeout: [1, 1]
sources:
  alertmanager: {{mapping: alertmanager, auth: {{bearer: {{secrets: ["${{HOSTILE_BEARER}}"]}}}}, creates_on: snow}}
  scripts: {{mapping: json, auth: {{path: {{secrets: ["${{HOSTILE_PATH}}"]}}}}}}
  jira-main: {{platform: jira-main, auth: {{hub_signature: {{secrets: ["${{HOSTILE_HUB}}"]}}}}}}
  elastic: {{mapping: elastic, auth: {{basic: {{user: kibana, passwords: ["${{HOSTILE_BASIC}}"]}}}}}}
  grafana:
    mapping: grafana
    auth: {{grafana_signature: {{secrets: ["${{HOSTILE_GRAFANA}}"], timestamp_header: X-Grafana-Timestamp}}}}
  topics: {{mapping: sns, auth: {{sns: {{topics: ["arn:aws:sns:eu-west-1:123456789012:alarms"]}}}}}}
"""
ROSTER = """\
people:
  dana: {name: Dana Reyes, email: dana.reyes@example.com, notify: ["${HOSTILE_WAY}"]}
  lee: {name: Lee Park, email: lee.park@example.com, notify: ["${HOSTILE_WAY}"], calendar: {url: "${HOSTILE_FEED}"}}
teams:
  payments:
    name: Payments Support
    on_call: {L1: {people: [dana, lee], rotation: weekly, starts: 2026-01-05T09:00}, L2: {people: [lee]}}
"""
POLICY = """\
services:
  payments: {name: Payments, team: payments, aliases: [payments-api]}
"""


@dataclass
class Prey:
    """Rung over one database and one Redis; `start` starts roles of it, `end` ends all."""

    folder: Path
    database_url: str
    redis_url: str
    platform: int = 9
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    started: dict[str, Process] = field(default_factory=dict, init=False)

    @property
    def url(self) -> str:
        """Where the web role listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are given."""
        ours = {
            "RUNG_HOME": str(self.folder),
            "RUNG_DATABASE_URL": self.database_url,
            "RUNG_REDIS_URL": self.redis_url,
            "RUNG_SECRET_KEY": "planted-key-0f8d7b6ca2914e35d1c0b7a6f2e38495",
            "RUNG_PORT": str(self.port),
            "RUNG_LOG": "json",
        }
        ways = {name: value.replace("{sink}", str(self.platform)) for name, value in SECRETS.items()}
        return {**ours, **ways, **self.settings}

    def apply(self) -> None:
        """Put the documents in force."""
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        (config / "platforms.yaml").write_text(PLATFORMS.format(platform=self.platform))
        (config / "roster.yaml").write_text(ROSTER)
        (config / "policy.yaml").write_text(POLICY)
        os.environ.update({name: self.environment[name] for name in SECRETS})
        apply_documents(Settings.from_environment(self.environment), config, "a test")

    def start(self, *roles: str) -> None:
        """Start those roles, and wait until the web role is ready if it is one of them."""
        for role in roles:
            self.started[role] = Process.python(self.folder, f"{role}.log", "rung", role, **self.environment)
            self.started[role].start()
        if "web" in roles:
            wait_for("the web role is ready", self.is_ready, START_SECONDS, self.started["web"].said)

    def is_ready(self) -> bool:
        """Whether the web role says so."""
        assert self.started["web"].is_alive(), self.started["web"].said()
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def end(self) -> None:
        """End everything that was started."""
        for process in self.started.values():
            process.end()

    def memory(self, role: str = "web") -> int:
        """Bytes that the role's processes hold in memory."""
        return sum(one.memory_info().rss for one in self.started[role].family() if one.is_running())

    def server(self) -> psutil.Process:
        """The process that serves the web role's requests."""
        return self.started["web"].family()[-1]
