"""A breaker for each platform: one that is down is left alone for a while instead of wearing out its actions.

Beside it stands, for people, when the platform last took a write, and with which words it last failed as a whole.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, text

TRIPS_AFTER = 5
"""Failures in a row, whatever the action, that open the breaker."""
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=2)
_NOTED = timedelta(seconds=5)

_FAILED = text("""
    INSERT INTO breakers AS known (platform, failures, error, failed_at, last_error)
    VALUES (:platform, 1, :error, clock_timestamp(), :error)
    ON CONFLICT (platform) DO UPDATE SET
        failures = known.failures + 1,
        error = :error,
        failed_at = clock_timestamp(),
        last_error = :error,
        open_since = CASE WHEN known.failures + 1 >= :trips THEN COALESCE(known.open_since, clock_timestamp()) END,
        open_until = CASE WHEN known.failures + 1 >= :trips THEN clock_timestamp() + GREATEST(:asked,
            LEAST(:longest, :first * power(2, LEAST(known.failures + 1 - :trips, 16)))) END
    RETURNING open_until IS NOT NULL
""")

_ANSWERED = text("""
    UPDATE breakers SET open_until = clock_timestamp() WHERE platform = :platform AND open_until > clock_timestamp()
""")

# Written at most every few seconds: a row that every write of a platform changed would have them wait for each other.
_SUCCEEDED = text("""
    INSERT INTO breakers (platform, succeeded_at) SELECT :platform, clock_timestamp()
    WHERE NOT EXISTS (
        SELECT FROM breakers WHERE platform = :platform AND failures = 0 AND succeeded_at > clock_timestamp() - :noted
    )
    ON CONFLICT (platform) DO UPDATE SET
        failures = 0, open_since = NULL, open_until = NULL, error = '', succeeded_at = clock_timestamp()
""")


def failed(connection: Connection, platform: str, error: str, asked: timedelta) -> bool:
    """Count a failure of the platform as a whole; returns whether its breaker is now open."""
    values = {
        "platform": platform,
        "error": error,
        "trips": TRIPS_AFTER,
        "first": FIRST_PAUSE,
        "longest": LONGEST_PAUSE,
        "asked": asked,
    }
    return bool(connection.execute(_FAILED, values).scalar_one())


def answered(connection: Connection, platform: str) -> None:
    """An action ended without telling how the platform is: whoever waits for what it finds may try for themselves."""
    connection.execute(_ANSWERED, {"platform": platform})


def succeeded(connection: Connection, platform: str) -> None:
    """The platform answered: close its breaker, and note when that was, to within some seconds."""
    connection.execute(_SUCCEEDED, {"platform": platform, "noted": _NOTED})
