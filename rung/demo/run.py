"""The demonstration: everything on this machine, the sandbox beside it, and the scenario played."""

from __future__ import annotations

import secrets
import shutil
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rung import timesource
from rung.child import Child
from rung.runfile import only_one
from rung.settings import Settings
from rung.up import Up, UpError, check_port, up
from sandbox.clock import Clock
from sandbox.embedded import Admin
from sandbox.scenario import Finding, Stage, StoryError, judge, play
from sandbox.scenario.stories import backdrop

_CONFIG = Path(__file__).parent / "config"
_PEOPLE = ("dana.reyes", "lee.park", "sam.okafor", "ines.moreau", "tomas.novak")
_PASSWORD = "sandbox-only"  # noqa: S105 - the sandbox's own, which opens nothing else
_LEASE_SECONDS = 10
"""Leases are real time: two minutes of it, Rung's default, would be two hours of the play."""
_SETTLE_SECONDS = 30.0
_QUIET_SECONDS = 3.0
_COLOURS = {"ServiceNow": "green", "Jira": "blue", "Rung": "magenta"}


@dataclass(frozen=True, slots=True)
class _Ports:
    """Where the sandbox listens."""

    servicenow: int
    jira: int
    smtp: int

    @classmethod
    def free(cls) -> _Ports:
        """Three ports that are free now; the sandbox keeps them over its restarts."""
        held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        numbers = [one.getsockname()[1] for one in held]
        for one in held:
            one.close()
        return cls(*numbers)


@dataclass(frozen=True, slots=True)
class _Secrets:
    """The secrets of the demonstration's sources, made anew each time."""

    servicenow: str = field(default_factory=secrets.token_urlsafe, repr=False)
    jira: str = field(default_factory=secrets.token_urlsafe, repr=False)
    alertmanager: str = field(default_factory=secrets.token_urlsafe, repr=False)
    grafana: str = field(default_factory=secrets.token_urlsafe, repr=False)

    def environment(self, ports: _Ports) -> dict[str, str]:
        """What the demonstration's documents refer to."""
        mail = f"mailto://127.0.0.1:{ports.smtp}/?from=rung@example.com&to="
        ways = {f"RUNG_DEMO_MAIL_{one.split('.')[0].upper()}": f"{mail}{one}@example.com" for one in _PEOPLE}
        return {
            "RUNG_DEMO_SERVICENOW_PASSWORD": _PASSWORD,
            "RUNG_DEMO_JIRA_TOKEN": _PASSWORD,
            "RUNG_DEMO_SERVICENOW_SECRET": self.servicenow,
            "RUNG_DEMO_JIRA_SECRET": self.jira,
            "RUNG_DEMO_ALERTMANAGER_TOKEN": self.alertmanager,
            "RUNG_DEMO_GRAFANA_SECRET": self.grafana,
            **ways,
        }


class _Voice:
    """Tells what happens, in the time of the play, one line at a time."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._lock = threading.Lock()

    def __call__(self, who: str, sentence: str) -> None:
        """One line."""
        moment = self._clock.moment().astimezone()
        colour = _COLOURS.get(who, "white")
        with self._lock:
            self._console.print(f"[dim]{moment:%H:%M:%S}[/dim] [{colour}]{who:<10}[/{colour}] {escape(sentence)}")


def demo(settings: Settings, *, speed: float, once: bool) -> int:
    """Run the demonstration; the exit status is 0 unless, played once, a write-back is missing or was made twice.

    Raises what `rung.up.up` raises.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    home = _fresh(settings.home / ("demo-once" if once else "demo"))
    ports, keys = _Ports.free(), _Secrets()
    time_file = home / "time.json"
    timesource.write(time_file, time.time(), time.time(), 1)
    settings = _settings(settings, home, time_file, ports, once=once)
    voice = _Voice(console, Clock(time_file))
    voice("Rung", "Starting PostgreSQL, Redis, the stand-ins for ServiceNow and Jira, web, workers and clock ...")
    environment = keys.environment(ports)
    quiet = _Quiet(console)
    with up(settings, quiet, environment=environment, extra=[_sandbox(home, ports, time_file)]) as running:
        stage = _stage(settings, ports, keys, time_file, speed, voice)
        _until_sandbox_answers(running, stage.admin)
        _connect_webhooks(stage, keys)
        timesource.write(time_file, time.time(), time.time(), speed)
        console.print(f"\n  The board: [bold]{settings.public_url}/[/bold]\n")
        return _played(running, stage, console, once=once)


def _fresh(home: Path) -> Path:
    """The home, emptied of an earlier play; raises `AlreadyUpError` while one is still going on there."""
    with only_one(home):
        for path in home.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "up.lock":
                path.unlink()
    return home


class _Quiet:
    """What the processes say, warnings and worse only: the story is told by others."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, name: str, line: str) -> None:
        """One line of a process."""
        if name in {"sandbox", "postgres", "redis"}:
            return
        self._console.print(f"[dim]{escape(f'{name}: {line}')}[/dim]")


def _settings(settings: Settings, home: Path, time_file: Path, ports: _Ports, *, once: bool) -> Settings:
    """The demonstration's own settings: its home, its documents, a port that is free."""
    changed = replace(
        settings,
        home=home,
        config=_documents(home, ports),
        time_file=time_file,
        log_level="warning",
        database_url="",
        redis_url="",
        lease_seconds=_LEASE_SECONDS,
    )
    port = _free_port() if once or _is_taken(changed) else settings.port
    return replace(changed, port=port, public_url=f"http://{settings.host}:{port}")


def _is_taken(settings: Settings) -> bool:
    try:
        check_port(settings)
    except UpError:
        return True
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def _documents(home: Path, ports: _Ports) -> Path:
    """The demonstration's documents, with the sandbox's present addresses."""
    folder = home / "config"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_CONFIG, folder)
    platforms = folder / "platforms.yaml"
    text = platforms.read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8322", f"127.0.0.1:{ports.servicenow}")
    platforms.write_text(text.replace("127.0.0.1:8323", f"127.0.0.1:{ports.jira}"), encoding="utf-8")
    return folder


def _sandbox(home: Path, ports: _Ports, time_file: Path) -> Child:
    command = (sys.executable, "-m", "sandbox")
    numbers = {"servicenow": ports.servicenow, "jira": ports.jira, "smtp": ports.smtp}
    options = [word for name, number in numbers.items() for word in (f"--{name}-port", str(number))]
    files = ("--state", str(home / "sandbox.json"), "--time-file", str(time_file))
    root = str(Path(__file__).resolve().parent.parent.parent)
    return Child(name="sandbox", command=(*command, *options, *files), environment={"PYTHONPATH": root}, stage=3)


def _stage(settings: Settings, ports: _Ports, keys: _Secrets, time_file: Path, speed: float, voice: _Voice) -> Stage:
    return Stage(
        rung=settings.public_url,
        admin=Admin(f"http://127.0.0.1:{ports.servicenow}", f"http://127.0.0.1:{ports.jira}"),
        clock=Clock(time_file),
        speed=speed,
        bearer=keys.alertmanager,
        grafana_secret=keys.grafana,
        tell=voice,
    )


def _until_sandbox_answers(running: Up, admin: Admin) -> None:
    def answers() -> bool:
        try:
            admin.mail()
        except requests.RequestException:
            return False
        return True

    if not running.supervisor.wait_for(answers, 30):
        raise UpError("the sandbox did not answer within 30 seconds.")


def _connect_webhooks(stage: Stage, keys: _Secrets) -> None:
    """What an administrator does on the platforms: have them send their webhooks to Rung."""
    header: Mapping[str, str] = {"kind": "header", "name": "X-Rung-Secret", "value": keys.servicenow}
    stage.admin.targets("servicenow", [{"url": f"{stage.rung}/webhooks/servicenow-main", "auth": header}])
    stage.admin.targets("jira", [{"url": f"{stage.rung}/webhooks/jira-main", "secret": keys.jira}])


def _played(running: Up, stage: Stage, console: Console, *, once: bool) -> int:
    """Play in a thread while the supervisor keeps everything running in this one."""
    errors: list[str] = []
    findings: list[Finding] = []

    def tell_the_story() -> None:
        try:
            if not once:
                backdrop(stage)
            errors.extend(play(stage))
            findings.extend(_settled(stage))
        except (requests.RequestException, StoryError, ValueError) as error:  # also when Ctrl-C takes the stage away
            errors.append(f"the scenario could not be judged: {error}")

    teller = threading.Thread(target=tell_the_story, daemon=True)
    teller.start()
    running.supervisor.run(until=lambda: not teller.is_alive())
    if running.supervisor.stopping:
        return 0
    _show(console, findings, errors)
    wrong = bool(errors) or not findings or any(not one.is_right for one in findings)
    if once:
        return int(wrong)
    stage.tell("Rung", f"The stories are told; the board stays at {stage.rung}/ until Ctrl-C.")
    running.supervisor.run()
    return 0


def _settled(stage: Stage) -> list[Finding]:
    """The verdict, once nothing more is expected to happen, and a little later in case something did happen twice."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    findings = judge(stage)
    while any(one.made < one.expected for one in findings) and time.monotonic() < deadline:
        time.sleep(0.5)
        findings = judge(stage)
    time.sleep(_QUIET_SECONDS)
    return judge(stage)


def _show(console: Console, findings: list[Finding], errors: list[str]) -> None:
    table = Table(title="What Rung wrote back", title_justify="left", header_style="bold")
    for column in ("Platform", "Record", "Write-back"):
        table.add_column(column)
    for column in ("Expected", "Made"):
        table.add_column(column, justify="right")
    table.add_column("")
    for one in findings:
        mark = "[green]exactly[/green]" if one.is_right else "[red bold]WRONG[/red bold]"
        table.add_row(one.platform, one.record, one.what, str(one.expected), str(one.made), mark)
    console.print()
    console.print(table)
    for error in errors:
        console.print(f"[red]{escape(error)}[/red]")
