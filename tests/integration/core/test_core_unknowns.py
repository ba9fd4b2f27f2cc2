import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.model import Unknown, UnknownKind
from core.store import database, unknowns
from core.work.unknown import count_unknown
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import BEGIN, world

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = database.connect(postgres_url, pool_size=2)
    yield engine
    engine.dispose()


def word(name: str, place: str = "jira:68 $status") -> Unknown:
    return Unknown(UnknownKind.VALUE, place, name, "Add it.")


def counted(engine: Engine, *met: Unknown, at: datetime = AT) -> list[str]:
    with engine.begin() as connection:
        return [one.name for one in unknowns.count(connection, met, at)]


def kept(engine: Engine) -> dict[str, int]:
    with engine.begin() as connection:
        return {row.name: row.count for row in unknowns.rows(connection, None, 1000)}


def test_only_who_meets_a_word_first_is_told_that_it_is_new(engine: Engine) -> None:
    assert counted(engine, word("Triage"), word("Triage"), word("Parked")) == ["Parked", "Triage"]
    assert counted(engine, word("Triage"), at=AT + timedelta(hours=1)) == []
    assert kept(engine) == {"Triage": 3, "Parked": 1}
    with engine.begin() as connection:
        latest = unknowns.rows(connection, UnknownKind.VALUE, 1)[0]
        assert unknowns.rows(connection, UnknownKind.PERSON, 10) == []
    assert (latest.name, latest.first_at, latest.last_at) == ("Triage", AT, AT + timedelta(hours=1))


def test_a_place_keeps_so_many_names_and_counts_the_others_together(engine: Engine) -> None:
    many = [word(f"w{number}") for number in range(unknowns.MOST + 50)]
    counted(engine, *many)
    counted(engine, *many)
    counted(engine, word("elsewhere", "servicenow:55 $state"))
    found = kept(engine)
    assert len(found) == unknowns.MOST + 2
    assert found[unknowns.OTHERS] == 100
    assert found["elsewhere"] == 1


def test_what_postgresql_cannot_keep_is_counted_all_the_same(engine: Engine) -> None:
    counted(engine, word("a\0b\ud800" + "x" * 500))
    (name,) = kept(engine)
    assert name.startswith("a\ufffdb?xxx")
    assert len(name) == unknowns.LONGEST


def test_a_database_that_cannot_count_fails_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE unknowns"))
    count_unknown(engine, [word("Triage")], AT)


def test_a_delivery_s_unknown_words_are_counted_told_once_and_can_be_forgotten(
    postgres_url: str, tmp_path: Path
) -> None:
    labels = {"alertname": "Disk", "service": "payments-api", "severity": "sev0"}
    body = json.dumps(alertmanager([Alert(labels, {"summary": "Disk"}, BEGIN, None)])).encode()
    with world(postgres_url, tmp_path) as here:
        for _ in range(3):
            assert here.post("alertmanager", body).status_code == 202
        here.app.intake.drain()
        rows = here.app.desk.unknowns()
        assert {(row.name, row.count) for row in rows} == {("sev0", 3)}
        assert {row.place.partition(":")[0] for row in rows} == {"alertmanager"}
        assert here.app.desk.forget_unknowns([rows[0].id, 2**70]) == 1
        assert here.app.desk.forget_unknowns() == len(rows) - 1
        assert here.app.desk.unknowns() == []
