"""The sandbox in a test's own process, and a small client for its admin API.

    from sandbox.embedded import Sandbox

    with Sandbox() as box:                                  # Sandbox(deployment="datacenter") for Jira Data Center
        box.servicenow_url, box.jira_url, box.smtp_port     # free ports on 127.0.0.1
        # ServiceNow: basic rung.integration / sandbox-only, or x-sn-apikey sandbox-only-key, or OAuth (see seed.yaml).
        # Jira Cloud: basic rung.integration@example.com with sandbox-only as the token.
        # Jira Data Center: bearer sandbox-only-key, or basic rung.integration / sandbox-only.

        box.targets("servicenow", [{"url": url, "auth": {"kind": "header", "name": "X-Token", "value": "t"}}])
        box.targets("jira", [{"url": url, "secret": "s"}])  # then webhooks are sent; they are signed with the secret

        inc = box.act("servicenow", "create", who="dana.reyes", fields={"short_description": "Down", "impact": "1"})
        box.act("servicenow", "assign", who="dana.reyes", number=inc["number"], group="Payments Support", to="lee.park")
        box.act("servicenow", "state", who="lee.park", number=inc["number"], state="in_progress")
        box.act("servicenow", "comment", who="lee.park", number=inc["number"], text="Looking", internal=True)
        box.act("servicenow", "update", who="lee.park", number=inc["number"], fields={"urgency": "1"})
        issue = box.act("jira", "create", who="dana.reyes", project="OPS", fields={"summary": "Down"})
        box.act("jira", "assign", who="dana.reyes", key=issue["key"], to="lee.park")
        box.act("jira", "transition", who="lee.park", key=issue["key"], to="In Progress")
        box.act("jira", "comment", who="lee.park", key=issue["key"], text="Looking")
        box.act("jira", "edit_comment", who="lee.park", key=issue["key"], comment="10000", text="Still looking")
        box.act("jira", "delete_comment", who="lee.park", key=issue["key"], comment="10000")
        box.act("jira", "edit", who="lee.park", key=issue["key"], fields={"labels": ["x"], "priority": "High"})
        box.act("jira", "delete", who="tomas.novak", key=issue["key"])

        # What happened. Shapes: sandbox.servicenow.people.record, sandbox.jira.people.shown.
        box.incident("INC0010001")   # {table, sys_id, number, fields, display, comments, work_notes, history}
        box.issue("OPS-1")           # {id, key, status, priority, assignee, comments, remote_links, history, ...}
        box.person("dana.reyes"), box.group("Payments Support")   # {sys_id, account_id, email, name, ...}

        # Faults: kinds in sandbox.faults.
        box.fault("servicenow", kind="status", status=429, retry_after=1, method="PATCH", path="*/incident/*")
        box.fault("jira", kind="commit_then_drop", method="POST", path="*/comment", times=1)
        box.fault("jira", kind="webhook_twice", event="comment_created")
        box.heal("jira")             # all its faults off

        box.calls("jira", method="POST", path="*/comment")   # [{at, method, path, query, body, status, user, ...}]
        box.webhooks("jira")         # [{id, event, url, body, state, attempts}]
        box.settle()                 # waits until every webhook that is due has been tried
        box.mail()                   # [{at, from, to, subject, text, html, headers}]
        box.reset()                  # records as at the start; calls, faults, webhooks and mail forgotten
        box.assert_nothing_unexpected()

`box.admin` is the same client. `Admin(servicenow_url, jira_url)` talks to a sandbox in another process.
"""

from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from sandbox.box import Box, Options
from sandbox.seed import Seed, load_seed
from sandbox.store import Json

PLATFORMS = ("servicenow", "jira")
TIMEOUT = (3.0, 30.0)


class Admin:
    """A client for the admin API of both stand-ins. Raises ValueError with the sandbox's sentence when it refuses."""

    def __init__(self, servicenow_url: str, jira_url: str) -> None:
        self.servicenow_url, self.jira_url = servicenow_url, jira_url
        self._session = requests.Session()
        self._session.trust_env = False

    def act(self, platform: str, do: str, who: str, **rest: Any) -> Json:
        """Do something as a person; the answer is the record afterwards."""
        return self._ask("POST", platform, "act", json={"do": do, "who": who, **rest})

    def incident(self, number: str) -> Json:
        """A ServiceNow record by number or sys_id, with its journal and history."""
        found: Json = self._ask("GET", "servicenow", "state", params={"record": number})["records"][0]
        return found

    def issue(self, key: str) -> Json:
        """A Jira issue by key, with its comments and history."""
        found: Json = self._ask("GET", "jira", "state", params={"record": key})["issues"][0]
        return found

    def incidents(self) -> list[Json]:
        """Every ServiceNow task, oldest first."""
        found: list[Json] = self._ask("GET", "servicenow", "state")["records"]
        return found

    def issues(self) -> list[Json]:
        """Every Jira issue, oldest first."""
        found: list[Json] = self._ask("GET", "jira", "state")["issues"]
        return found

    def fault(self, platform: str, **fault: Any) -> int:
        """Switch a fault on (see `sandbox.faults`); the answer is its id."""
        return int(self._ask("POST", platform, "faults", json=fault)["id"])

    def heal(self, platform: str | None = None) -> None:
        """Switch all faults off, of one stand-in or of both."""
        for name in [platform] if platform else PLATFORMS:
            self._ask("DELETE", name, "faults")

    def calls(self, platform: str, method: str = "*", path: str = "*") -> list[Json]:
        """The calls that came in, oldest first, filtered by method and path pattern."""
        calls: list[Json] = self._ask("GET", platform, "calls")["calls"]
        return [one for one in calls if fnmatchcase(one["method"], method) and fnmatchcase(one["path"], path)]

    def unexpected(self) -> list[Json]:
        """The calls that nobody expected, of both stand-ins."""
        return [one for name in PLATFORMS for one in self._ask("GET", name, "unexpected")["calls"]]

    def assert_nothing_unexpected(self) -> None:
        """Raise AssertionError with every call that nobody expected."""
        told = [f"{one['method']} {one['path']}: {'; '.join(one['unexpected'])}" for one in self.unexpected()]
        if told:
            raise AssertionError("calls nobody expected:\n" + "\n".join(told))

    def targets(self, platform: str, targets: list[Json]) -> None:
        """Say where webhooks go: [{url, auth, secret, events, exclude_user}], all but url optional."""
        self._ask("POST", platform, "targets", json={"targets": targets})

    def webhooks(self, platform: str) -> list[Json]:
        """The webhooks, oldest first, with their attempts."""
        found: list[Json] = self._ask("GET", platform, "webhooks")["webhooks"]
        return found

    def settle(self, seconds: float = 5.0) -> bool:
        """Wait until every webhook that is due has been tried. False if that took longer than `seconds`."""
        asked = [self._ask("POST", name, "settle", params={"seconds": seconds}) for name in PLATFORMS]
        return all(bool(answer["settled"]) for answer in asked)

    def mail(self) -> list[Json]:
        """The letters, oldest first."""
        found: list[Json] = self._ask("GET", "servicenow", "mail")["mail"]
        return found

    def reset(self) -> None:
        """Back to the seed; webhook targets that were set stay."""
        for name in PLATFORMS:
            self._ask("POST", name, "reset")

    def _ask(self, method: str, platform: str, what: str, **rest: Any) -> Json:
        base = {"servicenow": self.servicenow_url, "jira": self.jira_url}[platform]
        answer = self._session.request(method, f"{base}/_sandbox/{what}", timeout=TIMEOUT, **rest)
        if not answer.ok:
            raise ValueError(f"the sandbox refuses {method} {what} ({answer.status_code}): {answer.text.strip()}")
        told: Json = answer.json()
        return told


class Sandbox(Admin):
    """A sandbox in threads of this process, on free ports; a context manager. It starts when it is made."""

    def __init__(
        self,
        deployment: str = "cloud",
        seed: Seed | Path | None = None,
        state: Path | None = None,
        time_file: Path | None = None,
        speed: float = 1.0,
    ) -> None:
        self.seed = seed if isinstance(seed, Seed) else load_seed(seed)
        options = Options(self.seed, deployment=deployment, state=state, time_file=time_file, speed=speed)
        self.box = Box(options)
        self.smtp_port = self.box.smtp_port
        where = self.box.addresses
        super().__init__(where["servicenow"], where["jira"])

    @property
    def admin(self) -> Admin:
        """The admin client, which this is itself."""
        return self

    def person(self, user_name: str) -> Json:
        """Somebody of the seed: user_name, name, email, sys_id, account_id."""
        one = self.seed.by_name[user_name]
        return {
            name: getattr(one, name) for name in ("user_name", "name", "email", "sys_id", "account_id", "time_zone")
        }

    def group(self, name: str) -> Json:
        """A ServiceNow group of the seed: name, sys_id, members."""
        one = next(group for group in self.seed.groups if group.name == name)
        return {"name": one.name, "sys_id": one.sys_id, "members": list(one.members)}

    def close(self) -> None:
        """Stop the sandbox and free its ports."""
        self._session.close()
        self.box.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
