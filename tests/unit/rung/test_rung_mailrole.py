"""The mail role: when it is started, and with which certificate."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store.documents import Document
from rung import live
from rung.documents import DocumentsError
from rung.mailrole import tls
from rung.settings import Settings, SettingsError
from rung.up import roles
from webhooks.mailbox import Mail


def settings(**changes: str) -> Settings:
    return Settings.from_environment(changes)


def test_a_source_of_mails_is_known_by_its_addresses() -> None:
    platforms = 'sources: {mail: {mapping: email, auth: {mail: {to: [Alerts@rung.example], senders: ["*@a.example"]}}}}'
    live.try_out({"platforms.yaml": platforms})
    loaded = live.load({"platforms.yaml": Document("platforms.yaml", 1, platforms)}, lambda _: None)
    assert loaded.sources["mail"].verify == Mail(frozenset({"alerts@rung.example"}), ("*@a.example",))
    with pytest.raises(DocumentsError, match="not an e-mail address"):
        live.try_out({"platforms.yaml": platforms.replace("Alerts@rung.example", "alerts")})


def test_the_role_is_apart_from_the_others_for_it_is_started_only_where_a_source_gets_mails() -> None:
    *others, mail = roles(settings(), {})
    assert "mail" not in [one.name for one in others]
    assert mail.command[-1] == mail.name == "mail"
    assert mail.environment["RUNG_MAIL_PORT"] == "8325"


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    assert tls(settings()) is None
    (tmp_path / "none.pem").write_text("nothing")
    for name in ("none.pem", "missing.pem"):
        with pytest.raises(SettingsError, match="RUNG_MAIL_CERTIFICATE"):
            tls(settings(RUNG_MAIL_CERTIFICATE=str(tmp_path / name)))
