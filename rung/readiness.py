"""What a role needs, asked whether it is there: what `/readyz` and the pages about Rung itself tell."""

from __future__ import annotations

from collections.abc import Callable

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.store import schema
from rung import redisurl
from rung.settings import Settings

Check = Callable[[], str | None]
"""None where all is well, else what is wrong, in a sentence."""


def checks(engine: Engine, settings: Settings) -> dict[str, dict[str, Check]]:
    """What a role's `/readyz` looks at."""
    return {
        "ready": {"database": lambda: database_check(engine)},
        "degraded": {"redis": lambda: redis_check(settings.redis_url)},
    }


def database_check(engine: Engine) -> str | None:
    """Whether the database answers and has a schema on which this code can run."""
    try:
        with engine.begin() as connection:
            return schema.look(connection).problem
    except (DBAPIError, PoolTimeout) as error:
        return f"PostgreSQL does not answer: {type(getattr(error, 'orig', None) or error).__name__}."


def redis_check(url: str) -> str | None:
    """Whether Redis answers; without it work is found by the sweep, later."""
    try:
        with redisurl.client(url, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except redis.RedisError as error:
        return f"Redis does not answer: {type(error).__name__}. Work goes on, found by the sweep."
    return None
