"""Addresses of Redis: what they mean, and which are refused before anything starts."""

from __future__ import annotations

import pytest
from redis.sentinel import SentinelConnectionPool, SentinelManagedSSLConnection

from rung import redisurl
from rung.settings import Settings, SettingsError


def test_an_address_of_sentinels_names_them_their_master_and_how_both_are_spoken_to() -> None:
    url = "redis+sentinel://rung:h%40sh@s1:26380,s2,[::1]:5/main/2?sentinel_username=watch&sentinel_password=hush"
    group = redisurl.group(url)
    assert group.hosts == (("s1", 26380), ("s2", 26379), ("::1", 5))
    assert group.name == "main"
    assert group.server == {"username": "rung", "password": "h@sh", "db": 2}
    assert group.sentinel == {"username": "watch", "password": "hush"}
    assert "hush" not in repr(group)


def test_tls_holds_for_the_sentinels_and_for_the_master() -> None:
    url = "rediss+sentinel://:hush@s1/main?ssl_ca_certs=/etc/rung/tls/redis/ca.crt"
    group = redisurl.group(url)
    assert group.sentinel == {"ssl": True, "ssl_ca_certs": "/etc/rung/tls/redis/ca.crt"}
    pool = redisurl.client(url, socket_timeout=2).connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert pool.connection_class is SentinelManagedSSLConnection
    assert pool.connection_kwargs["socket_timeout"] == 2
    assert pool.connection_kwargs["password"] == "hush"


@pytest.mark.parametrize(
    "url",
    [
        "http://cache",
        "redis://cache:port/0",
        "redis+sentinel://s1:26379",
        "redis+sentinel:///main",
        "redis+sentinel://s1,,s2/main",
        "redis+sentinel://s1/main/first",
        "redis+sentinel://s1:port/main",
    ],
)
def test_an_address_that_is_none_is_refused_with_the_forms_there_are(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"RUNG_REDIS_URL": url})
    assert "redis+sentinel://:password@host:26379,host:26379/name/0" in str(refused.value)
    assert url not in str(refused.value)


def test_passwords_of_an_address_of_sentinels_are_not_shown() -> None:
    url = "redis+sentinel://:hush@s1:26379,s2:26379/main/0?sentinel_password=hush"
    shown = Settings.from_environment({"RUNG_REDIS_URL": url}).shown()["RUNG_REDIS_URL"]
    assert shown == "redis+sentinel://:***@s1:26379,s2:26379/main/0?sentinel_password=***"
