"""`rung retention`, over a database."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core.store.database import connect
from rung.cli.main import rung


@pytest.fixture
def database(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_DATABASE_URL", postgres_url)
    engine = connect(postgres_url, pool_size=1)
    with engine.begin() as connection:
        connection.execute(
            text("""
                INSERT INTO deliveries (source, received_at, content_type, headers, body, status)
                SELECT 'kept', now() - interval '100 days', 'application/json', '{}', '', status
                FROM unnest(ARRAY['applied', 'declined', 'received', 'failed']) AS status
            """)
        )
    engine.dispose()


@pytest.mark.usefixtures("database")
def test_it_shows_what_could_go_and_removes_it_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner().invoke
    shown = run(rung, ["retention"]).output
    assert [line.split()[:4] for line in shown.splitlines()[1:3]] == [
        ["deliveries", "90", "d", "2"],
        ["tickets", "ever", "0", shown.splitlines()[2].split()[3]],
    ]
    (deliveries, *_) = json.loads(run(rung, ["retention", "--json"]).output)
    assert deliveries["removable"] == 2
    assert deliveries["kept"] == 90 * 86400
    assert deliveries["on_disk"] > 0
    monkeypatch.setenv("RUNG_KEEP_FAILED_DAYS", "50")
    removed = json.loads(run(rung, ["retention", "--remove", "--json"]).output)
    assert removed == {"deliveries": 3, "unknowns": 0, "heard": 0, "sessions": 0, "tokens": 0}
