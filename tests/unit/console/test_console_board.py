"""The board."""

import gzip
import re
from dataclasses import replace

import pytest
from console_fakes import HOSTILE, FakeDesk, row
from flask.testing import FlaskClient


def text(client: FlaskClient, path: str = "/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_answers_the_one_question_first(client: FlaskClient) -> None:
    html = text(client)
    assert re.search(r"<h1[^>]*>5 tickets need someone now.</h1>", html)
    assert "2 overdue or exhausted, 3 in hand" in html


def test_rows_keep_the_desks_order(client: FlaskClient) -> None:
    assert re.findall(r'id="t(\d+)"', text(client)) == ["1", "2", "3", "4", "5", "6", "7", "8"]


def test_a_row_says_what_whose_and_how_long(client: FlaskClient) -> None:
    html = text(client).partition('id="t4"')[2].partition("</li>")[0]
    for said in (
        "SEV2",
        "4 min 12 s left",
        "Mon 2 Mar 2026, 09:08:12 UTC",
        "Dana Reyes",
        "L1 · Payments Support",
        "INC0012344",
    ):
        assert said in html


def test_overdue_and_exhausted_are_loud(client: FlaskClient) -> None:
    html = text(client)
    assert 'class="row loud sev1" id="t1"' in html
    assert "Path exhausted" in html
    assert "2 min 3 s over" in html
    assert 'class="row calm sev2" id="t6"' in html


def test_hostile_text_is_only_text(client: FlaskClient) -> None:
    html = text(client)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\u202e" not in html
    assert "<img src=x" not in html
    assert "javascript:" not in html


def test_a_platform_that_is_behind_is_told(client: FlaskClient) -> None:
    html = text(client)
    assert "servicenow-main is behind" in html
    assert "4 changes wait" in html
    assert "1 delivery not understood" in html
    assert "1 action given up" in html


def test_an_empty_board_says_so_and_when_something_last_came(client: FlaskClient, desk: FakeDesk) -> None:
    desk.rows = ()
    html = text(client)
    assert "<h1>Nothing is waiting.</h1>" in html
    assert re.search(r"Last event <time[^>]*>2 minutes ago</time> from Alertmanager.", html)


def test_a_new_installation_says_what_to_do(client: FlaskClient, desk: FakeDesk) -> None:
    desk.rows, desk.last_event = (), False
    assert "/webhooks/&lt;source&gt;" in text(client)


def test_an_unchanged_board_costs_neither_rows_nor_html(client: FlaskClient, desk: FakeDesk) -> None:
    first = client.get("/board")
    looked = desk.boards
    again = client.get("/board", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data(), desk.boards) == (304, b"", looked)
    assert again.headers["Rung-Now"] == "1772442240000"


def test_a_changed_board_is_sent_anew(client: FlaskClient, desk: FakeDesk) -> None:
    for path in ("/", "/board"):
        etag = client.get(path).headers["ETag"]
        desk.version += "1"
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_the_page_and_its_part_are_not_mistaken_for_each_other(client: FlaskClient) -> None:
    assert client.get("/").headers["ETag"] != client.get("/board").headers["ETag"]


def test_no_cache_keeps_a_board(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_the_filter_works_on_the_server_too(client: FlaskClient) -> None:
    assert re.findall(r'id="t(\d+)"', text(client, "/?q=sev2+payments")) == ["4"]
    assert "No open ticket matches" in text(client, "/?q=nothing-like-it")
    assert HOSTILE not in text(client, "/?q=<script>alert(1)</script>x")


def test_who_sits_here_is_remembered_and_said_on_the_button(client: FlaskClient) -> None:
    assert "Acknowledge: stops the response clock" in text(client)
    client.set_cookie("rung_who", "dana")
    assert "Acknowledge as Dana Reyes: stops the response clock" in text(client)
    client.set_cookie("rung_who", "nobody-we-know")
    assert "Acknowledge: stops the response clock" in text(client)


def test_it_works_without_script(client: FlaskClient) -> None:
    html = text(client)
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in html
    assert 'form="acknowledge" formaction="/tickets/4/acknowledge"' in html
    assert '<form id="acknowledge" class="acting" method="post">' in html


@pytest.mark.parametrize("who", ["", "dana"])
@pytest.mark.parametrize("count", [0, 8, 100, 500])
def test_the_board_weighs_less_than_150_kilobytes(client: FlaskClient, desk: FakeDesk, count: int, who: str) -> None:
    client.set_cookie("rung_who", who)
    desk.rows = tuple(
        row(number, title="A rather long title of some seventy characters, as alerts have") for number in range(count)
    )
    html = text(client)
    assets = sum(len(client.get(address).get_data()) for address in set(re.findall(r'"(/assets/[^"]+)"', html)))
    assert len(html.encode()) + assets < 150_000
    assert len(gzip.compress(html.encode())) < 30_000


def test_more_tickets_than_fit_are_told_and_can_be_shown(client: FlaskClient, desk: FakeDesk) -> None:
    desk.rows = tuple(row(number) for number in range(150))
    assert "The 100 that need someone most, of 150." in text(client)
    assert len(re.findall(r'<li class="row', text(client, "/?all"))) == 150


def test_a_rows_mark_changes_with_what_it_shows_and_not_with_time(client: FlaskClient, desk: FakeDesk) -> None:
    marks = re.findall(r'data-v="(\w+)"', text(client, "/board"))
    assert re.findall(r'data-v="(\w+)"', text(client, "/board")) == marks
    desk.rows = (replace(desk.rows[0], owner="lee"), *desk.rows[1:])
    changed = re.findall(r'data-v="(\w+)"', text(client, "/board"))
    assert (changed[0] != marks[0], changed[1:]) == (True, marks[1:])


def test_assets_are_named_by_their_content_and_kept(client: FlaskClient) -> None:
    address = re.findall(r'"(/assets/rung.css[^"]+)"', text(client))[0]
    assert "?v=" in address
    assert "immutable" in client.get(address).headers["Cache-Control"]
