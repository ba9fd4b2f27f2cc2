"""The whole sandbox put together: both stand-ins and the mail server, started and stopped as one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.admin import add_admin
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.hooks import Hooks
from sandbox.jira import app as jira_app
from sandbox.jira import people as jira_people
from sandbox.jira.issues import Issues
from sandbox.mail import Mailbox, MailServer
from sandbox.seed import Seed
from sandbox.servicenow import app as servicenow_app
from sandbox.servicenow import people as servicenow_people
from sandbox.servicenow.tables import Tables
from sandbox.stand import Server, Stand
from sandbox.store import Json, Store
from sandbox.wire import Wire


@dataclass(frozen=True, slots=True)
class Options:
    """How a sandbox is started. Ports 0 take free ones; `deployment` is `cloud` or `datacenter`."""

    seed: Seed
    deployment: str = "cloud"
    servicenow_port: int = 0
    jira_port: int = 0
    smtp_port: int = 0
    state: Path | None = None
    time_file: Path | None = None
    speed: float = 1.0


class Box:
    """A running sandbox. Close it to free its ports and to write its state."""

    def __init__(self, options: Options) -> None:
        self.clock = Clock(options.time_file, options.speed)
        self.store = Store(options.state)
        self.mailbox = Mailbox(self.clock)
        seed, cloud = options.seed, options.deployment == "cloud"
        servicenow = self._stand("servicenow", seed, seed.servicenow_webhooks, retries=False, marked=False)
        jira = self._stand("jira", seed, seed.jira_webhooks, retries=cloud, marked=True)
        self.stands = [servicenow, jira]
        servers = [
            self._serve_servicenow(servicenow, options.servicenow_port),
            self._serve_jira(jira, options.jira_port, cloud=cloud),
        ]
        for server in servers:
            server.start()
        self._mail_server = MailServer(self.mailbox, options.smtp_port)
        self.smtp_port = self._mail_server.start()
        self._servers = servers

    @property
    def addresses(self) -> Json:
        """Where everything listens: servicenow and jira as URLs, smtp as host and port."""
        return {
            "servicenow": self.stands[0].base_url,
            "jira": self.stands[1].base_url,
            "smtp": {"host": "127.0.0.1", "port": self.smtp_port},
        }

    def close(self) -> None:
        """Stop everything; the state file is complete afterwards."""
        for server in self._servers:
            server.close()
        self._mail_server.close()
        for stand in self.stands:
            stand.hooks.close()
        self.store.close()

    def _stand(self, name: str, seed: Seed, targets: tuple[Json, ...], *, retries: bool, marked: bool) -> Stand:
        faults = Faults()
        hooks = Hooks(self.clock, faults, retries=retries, marked=marked)
        stand = Stand(name, seed, self.clock, self.store, hooks, faults)
        hooks.targets = list(targets) or stand.state.get("targets", [])
        return stand

    def _serve_servicenow(self, stand: Stand, port: int) -> Server:
        tables = Tables(stand)
        app = servicenow_app.create_app(stand, tables)

        def act(told: Json) -> Json:
            return servicenow_people.act(tables, told)

        def everything(number: str | None) -> Json:
            return servicenow_people.everything(tables, number)

        add_admin(app, stand, self.mailbox, act, everything, self._resetter(stand, tables.plant))
        return _listen(Wire(app, stand), stand, port)

    def _serve_jira(self, stand: Stand, port: int, *, cloud: bool) -> Server:
        issues = Issues(stand, cloud=cloud)
        app = jira_app.create_app(stand, issues)

        def act(told: Json) -> Json:
            return jira_people.act(issues, told)

        def everything(key: str | None) -> Json:
            return jira_people.everything(issues, key)

        add_admin(app, stand, self.mailbox, act, everything, self._resetter(stand, issues.plant))
        return _listen(Wire(app, stand), stand, port)

    def _resetter(self, stand: Stand, plant: Callable[[], None]) -> Callable[[], None]:
        def reset() -> None:
            with self.store.lock:
                targets = stand.state.get("targets")
                stand.state.clear()
                if targets is not None:
                    stand.state["targets"] = targets
                plant()
                self.store.changed()

        return reset


def _listen(wire: Wire, stand: Stand, port: int) -> Server:
    server = Server(wire, port)
    stand.base_url = server.url
    return server
