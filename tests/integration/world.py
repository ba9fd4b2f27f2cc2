"""The whole of Rung in one process against the sandbox, over real HTTP and a real database, with time that jumps."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests
from sqlalchemy import text
from werkzeug.serving import make_server

from connectors import discover
from connectors.config import Basic, PlatformConfig, Secret
from console import AcknowledgeLinks
from core.desk import TicketPage
from core.model import Impact, Notice, Person, PollPlan, ReasonCode, Severity, Urgency
from core.policy import Level, OnCall, Policy, Roster, Service, SeverityRule, Team
from core.policy import Path as EscalationPath
from core.ports import DeliveryError
from core.store.database import connect
from core.work.clock import Sweeper
from rung import timesource
from rung.live import packaged
from rung.loaded import BoundMappings, Loaded
from rung.parts import App, Parts
from rung.web import flask_app
from rung.wiring import compose
from sandbox.alerts import Alert, alertmanager
from sandbox.embedded import Sandbox
from sandbox.seed import Seed, load_seed
from tests import jira_openapi
from webhooks import Source
from webhooks.signatures import Bearer, Header, HubSignature

BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "a-secret-of-the-tests"
WITHIN = {Severity.SEV1: 5, Severity.SEV2: 15, Severity.SEV3: 60, Severity.SEV4: 240}


class SilentBell:
    """Rings nobody: the tests work off what waits when they say so, as a sweep would."""

    def ring(self, work: str) -> None:
        del work


@dataclass
class Messages:
    """A notifier that keeps what it was asked to send, and can be told to refuse."""

    sent: list[tuple[str, Notice, str]] = field(default_factory=list)
    refuses: set[tuple[str, int]] = field(default_factory=set)

    def notify(self, person: Person, notice: Notice, acknowledge_link: str) -> None:
        if (person.id, notice.way) in self.refuses:
            raise DeliveryError("the mail server refused it", permanent=True)
        self.sent.append((person.id, notice, acknowledge_link))

    @property
    def told(self) -> list[str]:
        return [person for person, _, _ in self.sent]


def a_policy(cloud: bool) -> Policy:
    def person(id_: str, name: str, **accounts: str) -> Person:
        return Person(id_, name, f"{id_}@example.com", ("way:1", "way:2"), accounts)

    def level(name: str) -> Level:
        return Level(name=name, acknowledge_within={one: timedelta(minutes=many) for one, many in WITHIN.items()})

    hidden = {"jira": "a2085dc7e61b3f947d20c45e"} if cloud else {}
    people = [
        person("dana.reyes", "Dana Reyes"),
        person("lee.park", "Lee Park"),
        person("sam.okafor", "Sam Okafor", **hidden),
        person("ines.moreau", "Inès Moreau"),
    ]
    duties = {"L1": OnCall(people=("dana.reyes",)), "L2": OnCall(people=("lee.park",))}
    team = Team(id="payments", name="Payments Support", groups={"servicenow": "Payments Support"}, on_call=duties)
    path = EscalationPath(name="standard", levels=(level("L1"), level("L2")), last_resorts=("ines.moreau",))
    return Policy(
        version=1,
        name="Test policy",
        severity=SeverityRule(
            matrix={(i, u): Severity(f"SEV{min(i + u - 1, 4)}") for i in Impact for u in Urgency},
            default=Severity.SEV3,
        ),
        paths={"standard": path},
        default_path="standard",
        services={"payments": Service(id="payments", name="Payments", team="payments", aliases=("payments-api",))},
        default_team="payments",
        roster=Roster({one.id: one for one in people}, {"payments": team}),
        creates_on={"alertmanager": "servicenow", "jira-alerts": "jira"},
    )


def _seed(journal: bool, reads_journal: bool) -> Seed:
    """What the stand-ins begin with; the integration user may read the journal where the customer allows it."""
    seed = load_seed()
    people = tuple(
        replace(one, roles=(*one.roles, "u_journal_reader"))
        if reads_journal and one.user_name == "rung.integration"
        else one
        for one in seed.people
    )
    by_name = {one.user_name: one for one in people}
    return replace(seed, people=people, by_name=by_name, journal_in_webhooks=journal)


def loaded(
    policy: Policy,
    deployment: str,
    snow_url: str,
    jira_url: str,
    jira_options: Mapping[str, str] = MappingProxyType({}),
) -> Loaded:
    """The documents of the world, as they are in force over stand-ins at these addresses."""
    catalogue = packaged()
    user = "rung.integration@example.com" if deployment == "cloud" else "rung.integration"
    password = Secret.of("sandbox-only")
    snow = PlatformConfig(name="servicenow", kind="servicenow", url=snow_url, auth=Basic("rung.integration", password))
    jira = PlatformConfig(
        name="jira",
        kind="jira",
        url=jira_url,
        auth=Basic(user, password),
        deployment="cloud" if deployment == "cloud" else "datacenter",
        project="OPS",
        options=dict(jira_options),
    )
    bound = {
        "servicenow": catalogue["servicenow"].bind("servicenow", "servicenow", snow_url),
        "jira": catalogue["jira"].bind("jira", "jira", jira_url),
        "alertmanager": catalogue["alertmanager"].bind("alertmanager"),
        "jira-alerts": catalogue["alertmanager"].bind("jira-alerts"),
    }
    secrets = (Secret.of(SECRET),)
    verifiers = {
        "servicenow": Header("X-Rung-Secret", secrets),
        "jira": HubSignature(secrets),
        "alertmanager": Bearer(secrets),
        "jira-alerts": Bearer(secrets),
    }
    builders = discover()
    return Loaded(
        policy=policy,
        platforms={one.name: builders[one.kind](one, bound[one.name].out) for one in (snow, jira)},
        mappings=BoundMappings(bound),
        sources={
            name: Source(name, verify, delivery_key=bound[name].delivery_key) for name, verify in verifiers.items()
        },
        at_version=lambda _: policy,
        polls={
            "servicenow": PollPlan(source="servicenow", every=timedelta(minutes=2), collections=("incident",)),
            "jira": PollPlan(source="jira", every=timedelta(minutes=2), collections=("OPS",)),
        },
    )


class World:
    """Everything there is in a test: the sandbox, Rung, and the time."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        *,
        deployment: str = "cloud",
        change: Callable[[Policy], Policy] = lambda policy: policy,
        journal: bool = False,
        reads_journal: bool = False,
    ) -> None:
        self.now = BEGIN
        self._deployment = deployment
        self._time_file = folder / "time.json"
        self.tell_time()
        self.box = Sandbox(
            deployment=deployment,
            seed=_seed(journal, reads_journal),
            time_file=self._time_file,
            speed=1000,
        )
        self.messages = Messages()
        self.policy = change(a_policy(cloud=deployment == "cloud"))
        self.database = connect(database_url)
        made = loaded(self.policy, deployment, self.box.servicenow_url, self.box.jira_url)
        self.loaded = replace(made, at_version=lambda _: self.policy)
        parts = Parts(
            database=self.database,
            loaded=lambda: self.loaded,
            clock=lambda: self.now,
            bell=SilentBell(),
            notifier=self.messages,
            links=AcknowledgeLinks(SECRET, "http://rung.example"),
        )
        self.app: App = compose(parts)
        self.flask = flask_app(self.app, wall=timesource.wall, redis_check=lambda: None)
        self._server = make_server("127.0.0.1", 0, self.flask, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        header = {"kind": "header", "name": "X-Rung-Secret", "value": SECRET}
        self.box.targets("servicenow", [{"url": f"{self.url}/webhooks/servicenow", "auth": header}])
        self.box.targets("jira", [{"url": f"{self.url}/webhooks/jira", "secret": SECRET}])

    def close(self) -> None:
        checked = self._deployment == "cloud" and jira_openapi.is_here()
        breaches = jira_openapi.breaches(self.box.calls("jira")) if checked else []
        self._server.shutdown()
        self._server.server_close()
        self.box.close()
        self.database.dispose()
        assert breaches == []

    def moves_to(self, database_url: str) -> None:
        """Rung goes on with another database, as after a restore; the platforms are as they were."""
        self.database.dispose()
        self.database = connect(database_url)
        self.app = compose(replace(self.app.parts, database=self.database))
        self.flask = flask_app(self.app, wall=timesource.wall, redis_check=lambda: None)
        self._server.app = self.flask

    def tell_time(self) -> None:
        """Tell the stand-ins what time it is."""
        timesource.write(self._time_file, time.time(), self.now.timestamp(), 0)

    def settle(self) -> None:
        """Work off everything that waits, until nothing more comes of it."""
        for _ in range(20):
            self.box.settle()
            if not self.app.intake.drain() + self.app.deliverer.drain():
                return
        raise AssertionError("Rung and the platforms keep each other busy: a loop")

    def hurry(self) -> None:
        """Make what waits for another attempt due at once: pauses are real time, which tests do not have."""
        with self.database.begin() as connection:
            connection.execute(text("UPDATE actions SET attempt_at = clock_timestamp() WHERE status = 'pending'"))
            connection.execute(text("UPDATE deliveries SET attempt_at = clock_timestamp() WHERE status = 'received'"))
            connection.execute(text("UPDATE breakers SET open_until = clock_timestamp() WHERE open_until IS NOT NULL"))
        self.settle()

    def poll(self) -> None:
        """Poll everything now, and work off what was found."""
        self.poll_now()
        self.settle()

    def poll_now(self) -> None:
        """Poll everything now."""
        self.app.reconciler.last.listed = float("-inf")
        with self.database.begin() as connection:
            connection.execute(text("UPDATE watermarks SET attempt_at = clock_timestamp()"))
        self.app.reconciler.drain()

    def jump(self, minutes: float) -> None:
        """Let time pass and do what comes due."""
        self.now += timedelta(minutes=minutes)
        self.tell_time()
        self.sweeper.sweep()
        self.settle()

    @property
    def sweeper(self) -> Sweeper:
        return self.app.sweeper

    def alert(self, *, over: bool = False, source: str = "alertmanager", **labels: str) -> requests.Response:
        """Alertmanager reports; `over` that it has cleared."""
        said = {"alertname": "PaymentsFail", "service": "payments-api", "severity": "critical", **labels}
        one = Alert(said, {"summary": "Payments fail"}, BEGIN, self.now if over else None)
        answer = self.post(source, json.dumps(alertmanager([one])).encode())
        self.settle()
        return answer

    def post(self, source: str, body: bytes, **headers: str) -> requests.Response:
        """A request of the source, authentic unless the headers say otherwise."""
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        said = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {SECRET}",
            "X-Rung-Secret": SECRET,
            "X-Hub-Signature": f"sha256={signature}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return requests.post(f"{self.url}/webhooks/{source}", data=body, headers=said, timeout=10)

    def page(self, ticket_id: int = 1) -> TicketPage:
        return self.app.desk.ticket(ticket_id)

    def reasons(self, ticket_id: int = 1) -> list[ReasonCode]:
        return [entry.reason.code for entry in self.page(ticket_id).entries]

    def person(self, user_name: str) -> dict[str, Any]:
        return self.box.person(user_name)


@contextmanager
def world(
    database_url: str,
    folder: Path,
    deployment: str = "cloud",
    change: Callable[[Policy], Policy] = lambda policy: policy,
    journal: bool = False,
    reads_journal: bool = False,
) -> Iterator[World]:
    """A world for one test, its policy changed as told; it fails on any call that the stand-ins did not expect."""
    made = World(
        database_url, folder, deployment=deployment, change=change, journal=journal, reads_journal=reads_journal
    )
    try:
        yield made
        made.box.assert_nothing_unexpected()
    finally:
        made.close()
