"""The look-up cache: how long it holds what, and that it stays small."""

from __future__ import annotations

from collections.abc import Callable

from connectors.cache import Cache


class Now:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def counted(value: str | None, calls: list[str]) -> Callable[[], str | None]:
    def look_up() -> str | None:
        calls.append("asked")
        return value

    return look_up


def test_what_was_found_holds_for_ten_minutes() -> None:
    now, calls = Now(), list[str]()
    cache = Cache[str](now)
    for moment, asked in ((0.0, 1), (599.0, 1), (601.0, 2)):
        now.seconds = moment
        assert cache.get("key", counted("found", calls)) == "found"
        assert len(calls) == asked


def test_what_is_missing_is_asked_for_again_after_a_minute() -> None:
    now, calls = Now(), list[str]()
    cache = Cache[str](now)
    for moment, asked in ((0.0, 1), (59.0, 1), (61.0, 2)):
        now.seconds = moment
        assert cache.get("key", counted(None, calls)) is None
        assert len(calls) == asked


def test_the_oldest_go_when_it_is_full() -> None:
    calls: list[str] = []
    cache = Cache[str](Now(), largest=2)
    for key in ("a", "b", "c"):
        cache.get(key, counted(key, []))
    cache.get("c", counted("c", calls))
    assert calls == []
    cache.get("a", counted("a", calls))
    assert calls == ["asked"]
