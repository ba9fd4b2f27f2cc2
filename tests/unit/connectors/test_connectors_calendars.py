"""People's own calendars: which events count, what a broken or hostile feed can do (nothing), where is asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors import calendars
from connectors.calendars import reader
from connectors.calendars.events import Asked, NoCalendarError, off
from connectors.calendars.fetch import LARGEST, fetch, read_file
from core.model import Busy, CalendarFeed, Person
from core.ports import DeliveryError

START = datetime(2026, 3, 1, tzinfo=UTC)
ASKED = Asked(start=START, end=START + timedelta(days=400), email="dana@example.com")
EVERYTHING = Asked(start=ASKED.start, end=ASKED.end, email=ASKED.email, everything=True)


def event(*lines: str, title: str = "Vacation", start: str = ";VALUE=DATE:20260310", end: str = "") -> str:
    ends = f"DTEND{end}\r\n" if end else ""
    more = "".join(f"{line}\r\n" for line in lines)
    return f"BEGIN:VEVENT\r\nUID:{title}{start}\r\nSUMMARY:{title}\r\nDTSTART{start}\r\n{ends}{more}END:VEVENT\r\n"


def feed(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


def day(*when: int) -> datetime:
    return datetime(*when)  # type: ignore[arg-type, misc]


def test_a_whole_day_is_by_the_persons_own_clock_and_its_last_day_is_not_included() -> None:
    found = off(feed(event(end=";VALUE=DATE:20260312")), ASKED)
    assert found == [(day(2026, 3, 10), day(2026, 3, 12))]


def test_a_day_without_an_end_is_one_day() -> None:
    assert off(feed(event()), ASKED) == [(day(2026, 3, 10), day(2026, 3, 11))]


def test_times_in_a_zone_in_utc_and_floating_ones_are_told_apart() -> None:
    zoned = event(start=";TZID=Europe/Paris:20260310T090000", end=";TZID=Europe/Paris:20260310T100000")
    utc = event(start=":20260311T090000Z", end=":20260311T100000Z")
    floating = event(start=":20260312T090000", end=":20260312T100000")
    paris = ZoneInfo("Europe/Paris")
    assert sorted(off(feed(zoned, utc, floating), ASKED), key=str) == [
        (datetime(2026, 3, 10, 9, tzinfo=paris), datetime(2026, 3, 10, 10, tzinfo=paris)),
        (datetime(2026, 3, 11, 9, tzinfo=UTC), datetime(2026, 3, 11, 10, tzinfo=UTC)),
        (day(2026, 3, 12, 9), day(2026, 3, 12, 10)),
    ]


def test_a_recurring_event_is_off_each_time_but_those_that_were_cancelled_or_moved() -> None:
    series = event("RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;VALUE=DATE:20260317")
    cancelled = event("RECURRENCE-ID;VALUE=DATE:20260324", "STATUS:CANCELLED", start=";VALUE=DATE:20260324")
    cancelled = cancelled.replace("UID:Vacation;VALUE=DATE:20260324", "UID:Vacation;VALUE=DATE:20260310")
    found = off(feed(series, cancelled), ASKED)
    assert found == [(day(2026, 3, 10), day(2026, 3, 11)), (day(2026, 3, 31), day(2026, 4, 1))]


@pytest.mark.parametrize(
    ("lines", "title", "counts", "counts_as_any"),
    [
        ((), "Vacation", True, True),
        ((), "Out of office: back on Monday", True, True),
        ((), "Holiday party planning", False, True),
        ((), "Urlaub", True, True),
        ((), "Budget review", False, True),
        (("CATEGORIES:Work,Vacation",), "Lisbon", True, True),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), "Lisbon", True, True),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE",), "Vacation", False, False),
        (("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",), "Vacation", False, False),
        (("TRANSP:TRANSPARENT",), "Vacation", False, False),
        (("STATUS:CANCELLED",), "Vacation", False, False),
        (("STATUS:TENTATIVE",), "Vacation", False, False),
        (("ATTENDEE;PARTSTAT=DECLINED:MAILTO:Dana@example.com",), "Vacation", False, False),
        (("ATTENDEE;PARTSTAT=DECLINED:mailto:lee@example.com",), "Vacation", True, True),
    ],
)
def test_which_events_mean_that_somebody_is_off(
    lines: tuple[str, ...], title: str, counts: bool, counts_as_any: bool
) -> None:
    body = feed(event(*lines, title=title))
    assert bool(off(body, ASKED)) == counts
    assert bool(off(body, EVERYTHING)) == counts_as_any


def test_titles_of_ones_own_stand_in_place_of_the_packaged_words() -> None:
    asked = Asked(start=ASKED.start, end=ASKED.end, titles=("*loma*", "[x]"))
    found = [bool(off(feed(event(title=title)), asked)) for title in ("Kesäloma alkaa", "Vacation", "[X]", "x")]
    assert found == [True, False, True, False]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\x00\xff\xfe", b"BEGIN:VCALENDAR", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"]
)
def test_what_is_no_calendar_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NoCalendarError):
        off(body, ASKED)


def test_a_broken_event_takes_no_other_with_it() -> None:
    broken = event("RRULE:FREQ=SOMETIMES", start=":20260310T090000Z", title="Sick")
    zone = event(start=";TZID=Nowhere/Atall:20260311T090000", end=";TZID=Nowhere/Atall:20260311T100000")
    backwards = event(start=":20260312T100000Z", end=":20260312T090000Z", title="Away")
    found = off(feed(broken, backwards, zone, event()), ASKED)
    assert (day(2026, 3, 10), day(2026, 3, 11)) in found
    assert (day(2026, 3, 11, 9), day(2026, 3, 11, 10)) in found


def test_an_event_that_recurs_every_second_for_ever_is_left_out() -> None:
    endless = event("RRULE:FREQ=SECONDLY", start=":20200101T000000Z", end=":20200101T000001Z", title="Sick")
    assert off(feed(endless, event()), ASKED) == [(day(2026, 3, 10), day(2026, 3, 11))]


def test_what_takes_too_long_is_ended_and_harms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_SECONDS", 2)
    never = [
        event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", start=":00010101T000000", title=f"Sick {number}")
        for number in range(300)
    ]
    with pytest.raises(DeliveryError, match=r"takes too (long|much)"):
        reader.read_apart(feed(*never), ASKED)


def test_a_feed_is_read_by_a_process_that_knows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "dana.ics"
    path.write_bytes(feed(event(), event(title="Budget review", start=";VALUE=DATE:20260401")))
    person = Person("dana", "Dana", calendar=CalendarFeed(file=str(path)))
    made = calendars.build(lambda name: name)
    assert made.off(person, ASKED.start, ASKED.end) == [(day(2026, 3, 10), day(2026, 3, 11))]
    everything = Person("dana", "Dana", calendar=CalendarFeed(file=str(path), busy=Busy.ALL))
    assert len(made.off(everything, ASKED.start, ASKED.end)) == 2


def test_a_file_that_is_not_there_or_too_large_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="No such file"):
        read_file(str(tmp_path / "none.ics"))
    (tmp_path / "large.ics").write_bytes(b" " * (LARGEST + 1))
    with pytest.raises(DeliveryError, match="larger than 4 MiB"):
        read_file(str(tmp_path / "large.ics"))


def test_an_address_that_is_not_set_is_told_by_its_name() -> None:
    def nothing(name: str) -> str:
        raise LookupError(name)

    person = Person("dana", "Dana", calendar=CalendarFeed(url="${DANA_CALENDAR}"))
    with pytest.raises(DeliveryError, match="DANA_CALENDAR"):
        calendars.build(nothing).off(person, ASKED.start, ASKED.end)


@contextmanager
def served(answers: dict[str, tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_feed_is_fetched_also_where_its_server_sends_on_within_itself() -> None:
    answers = {"/a": (302, {"Location": "/b"}, b""), "/b": (200, {}, b"there")}
    with served(answers) as url:
        assert fetch(f"{url}/a") == b"there"


@pytest.mark.parametrize(
    "to",
    [
        "http://example.com/x",
        "ftp://example.com",
        "https://internal.example.com/x",
        "https://10.0.0.1/",
        "https://10.0.0.1\\@example.com/",
        "file:///x",
    ],
)
def test_nobody_is_sent_on_into_the_network_or_to_plain_http(to: str) -> None:
    inside = {
        "internal.example.com": ["93.184.216.34", "192.168.1.1"],
        "10.0.0.1": ["10.0.0.1"],
        "example.com": ["93.184.216.34"],
    }
    with served({"/a": (302, {"Location": to}, b"")}) as url, pytest.raises(DeliveryError) as told:
        fetch(f"{url}/a", lambda host: inside.get(host, []))
    assert url not in told.value.message


@pytest.mark.parametrize(
    "address", ["::1", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "fec0::1", "169.254.169.254"]
)
def test_an_address_inside_the_network_is_known_in_every_form(address: str) -> None:
    with (
        served({"/a": (302, {"Location": "https://x.example.com/"}, b"")}) as url,
        pytest.raises(DeliveryError) as told,
    ):
        fetch(f"{url}/a", lambda _: [address])
    assert "inside the network" in told.value.message


def test_a_server_that_sends_a_byte_now_and_then_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.calendars.fetch.WHOLE", 0.3)
    gone = threading.Event()

    class Dripping(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            while not gone.wait(0.1):
                self.wfile.write(b"x")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    threading.Timer(3, gone.set).start()
    with pytest.raises(DeliveryError, match="took longer"):
        fetch(f"http://127.0.0.1:{server.server_port}/")
    gone.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, {}, b"no"), "status 404"),
        ((302, {"Location": "/a"}, b""), "sent on more than 3 times"),
        ((200, {}, b" " * (LARGEST + 1)), "larger than 4 MiB"),
    ],
)
def test_what_a_server_does_instead_is_told_without_the_address(
    answer: tuple[int, dict[str, str], bytes], sentence: str
) -> None:
    with served({"/a": answer}) as url, pytest.raises(DeliveryError, match=sentence) as told:
        fetch(f"{url}/a")
    assert "127.0.0.1" not in told.value.message


@pytest.mark.parametrize("url", ["http://example.com/c", "file:///etc/passwd", "nonsense", "https://", "http://[bad"])
def test_only_https_is_asked_except_on_this_machine(url: str) -> None:
    with pytest.raises(DeliveryError, match="https"):
        fetch(url)
