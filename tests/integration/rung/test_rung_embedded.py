"""The embedded servers, as they really behave when they are killed, started twice or found in an odd place."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from sqlalchemy import text

from core.store.database import connect, newest_revision, revision
from rung.child import BusyError
from rung.embedded import EmbeddedError, Place, Postgres, Redis, running
from rung.embedded import place as place_module


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rung-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def test_postgres_killed_with_sigkill_keeps_what_was_committed(home: Path) -> None:
    server = Postgres(Place.under(home))
    with running(server) as process:
        url = server.make_database()
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.execute("INSERT INTO kept VALUES (1)")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running(server):
        assert server.make_database() == url
        assert count(url) == 1


def test_postgres_starts_over_a_stale_pid_file_whose_pid_is_in_use_again(home: Path) -> None:
    server = Postgres(Place.under(home), durable=False)
    with running(server):
        server.make_database()
        lock = (home / "postgres" / "postmaster.pid").read_text().splitlines()
    stale = "\n".join([str(os.getpid()), *lock[1:]]) + "\n"
    (home / "postgres" / "postmaster.pid").write_text(stale)
    (home / "sockets" / ".s.PGSQL.5432.lock").write_text(stale)
    with running(server):
        assert server.is_ready()


def test_a_second_postgres_over_the_same_data_is_refused(home: Path) -> None:
    server = Postgres(Place.under(home), durable=False)
    with running(server):
        with pytest.raises(BusyError, match="postgres is already running here"), running(server):
            pass
        assert server.is_ready()


def test_postgres_syncs_and_listens_on_its_private_socket_only(home: Path) -> None:
    place = Place.under(home)
    server = Postgres(place)
    with running(server) as process, psycopg.connect(server.url("postgres")) as connection:
        for setting, expected in {"fsync": "on", "synchronous_commit": "on", "listen_addresses": ""}.items():
            assert connection.execute(f"SHOW {setting}").fetchone() == (expected,)
        assert (
            psutil.Process(process.pid).uids().real == pwd.getpwnam(place.user or pwd.getpwuid(os.getuid())[0]).pw_uid
        )
        assert psutil.Process(process.pid).uids().real != 0
    assert place.sockets.stat().st_mode & 0o777 == 0o700


def test_postgres_gets_no_secret_of_ours(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "hush")
    monkeypatch.setenv("PGPORT", "1")
    server = Postgres(Place.under(home), durable=False)
    with running(server) as process:
        assert "JIRA_TOKEN" not in psutil.Process(process.pid).environ()


def test_redis_killed_with_sigkill_keeps_what_it_answered(home: Path) -> None:
    server = Redis(Place.under(home))
    with running(server) as process:
        with redis.Redis.from_url(server.url()) as client:
            client.set("kept", "yes")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running(server), redis.Redis.from_url(server.url()) as client:
        assert client.get("kept") == b"yes"
        assert client.config_get("port") == {"port": "0"}


def test_a_second_redis_over_the_same_data_is_refused(home: Path) -> None:
    server = Redis(Place.under(home))
    with running(server), pytest.raises(BusyError, match="redis is already running here"), running(server):
        pass


def test_a_home_with_a_long_path_gets_short_sockets(home: Path) -> None:
    long = home / ("x" * 100)
    place = Place.under(long)
    try:
        with running(Redis(place, durable=False)):
            assert place.sockets.parent == Path(tempfile.gettempdir())
    finally:
        shutil.rmtree(place.sockets)


def test_a_socket_folder_of_somebody_else_is_refused(home: Path) -> None:
    if os.geteuid() != 0:
        (home / "sockets").symlink_to(home)
    else:
        (home / "sockets").mkdir()
        os.chown(home / "sockets", 12345, 12345)
    with pytest.raises(EmbeddedError, match="belongs to somebody else"):
        Place.under(home)


def test_roots_servers_go_elsewhere_when_their_user_cannot_enter_the_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only root has the difficulty; for others the home itself must be used, however private it is."""
    private = home / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(place_module, "_ROOTS_FOLDER", home / "var")
    place = Place.under(private / "home")
    assert place.data.is_relative_to(home / "var" if os.geteuid() == 0 else private)
    assert private.stat().st_mode & 0o777 == 0o700
    with running(Postgres(place, durable=False)), running(Redis(place, durable=False)):
        pass


def test_the_servers_end_when_whoever_started_them_is_killed(home: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from rung.embedded import *\n"
        "place = Place.under(Path(sys.argv[1]))\n"
        "with running(Postgres(place, durable=False)) as a, running(Redis(place)) as b:\n"
        "    print(a.pid, b.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        pids = [int(word) for word in starter.stdout.readline().split()]
        assert len(pids) == 2
        starter.kill()
    deadline = time.monotonic() + 10
    while any(map(psutil.pid_exists, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(psutil.pid_exists, pids))


def test_the_address_fits_sqlalchemy_and_each_test_has_a_database_of_its_own(postgres_url: str) -> None:
    engine = connect(postgres_url)
    with engine.begin() as connection:
        assert revision(connection) == newest_revision()
        connection.execute(text("CREATE TABLE mine (id int)"))
    engine.dispose()


def test_a_database_of_a_test_holds_nothing_of_another(postgres_url: str, redis_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
