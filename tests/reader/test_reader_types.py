"""The pages' commands work: typed as they stand, in their order, by a shell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psycopg
from docs_commands import Block, is_run, to_run
from reader_shell import rung_on_the_path, typed

from rung.embedded import Postgres

_FIRST = "docs/quick-start.md"
_SENT = ("127.0.0.1:8321", "https://<rung>", "https://rung.example.com")
_SOURCES = """\
sources:
  scripts: {mapping: json, auth: {bearer: {secrets: ["${SCRIPTS_SECRET}"]}}}
  events: {mapping: cloudevents, auth: {bearer: {secrets: ["${EVENTS_SECRET}"]}}}
"""
"""Sources of pages that send something; the quick start writes its own."""


def _begun(url: str) -> None:
    """The first delivery and action get the numbers by which pages speak of them."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("ALTER SEQUENCE deliveries_id_seq RESTART WITH 17")
        connection.execute("ALTER SEQUENCE actions_id_seq RESTART WITH 42")


def _beside(page: str, blocks: list[Block]) -> list[Block]:
    """What has to stand already where a page sends something: sources, and a web role."""
    if page == _FIRST or not any(word in one.code for one in blocks if is_run(one) for word in _SENT):
        return []
    return [
        Block(page, 0, "yaml", _SOURCES, "beside/platforms.yaml", ""),
        Block(page, 0, "sh", "rung apply beside\n", "", "run"),
        Block(page, 0, "sh", "rung web\n", "", "run in the background"),
    ]


def test_the_commands_of_every_page_work(tmp_path: Path, postgres_server: Postgres, redis_url: str) -> None:
    """The quick start goes first; every other page finds the database as that left it."""
    failed = []
    template = "migrated"
    with rung_on_the_path(tmp_path) as path:
        for number, (page, blocks) in enumerate(to_run().items()):
            database = f"docs_{number}"
            url = postgres_server.make_database(database, template=template)
            if page == _FIRST:
                _begun(url)
                template = database
            given: Mapping[str, str] = {
                "RUNG_DATABASE_URL": url,
                "RUNG_REDIS_URL": redis_url,
                "RUNG_WORKERS": "1",
                "SCRIPTS_SECRET": "try-me",
                "EVENTS_SECRET": "try-me",
                "SERVICENOW_SECRET": "...",  # as the page has it; what runs knows the environment that it began with
            }
            status, said = typed([*_beside(page, blocks), *blocks], tmp_path / str(number), path, given)
            if status:
                failed.append(f"\n{page} ended with {status}:\n{said[-6000:]}")
            if page == _FIRST:
                assert not failed, failed[0]
    assert not failed, "".join(failed)
