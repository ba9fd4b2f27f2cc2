"""The ServiceNow stand-in, asked by the real pysnow and by plain requests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pysnow
import pytest
import requests

from sandbox.embedded import Sandbox

Snow = Callable[..., Any]
ME = ("rung.integration", "sandbox-only")


def api(box: Sandbox, method: str, path: str, auth: Any = ME, **rest: Any) -> requests.Response:
    return requests.request(method, f"{box.servicenow_url}{path}", auth=auth, timeout=5, **rest)


def make(snow: Snow, **fields: str) -> dict[str, Any]:
    record: dict[str, Any] = snow("incident").create({"short_description": "Down", **fields}).one()
    return record


def patch(snow: Snow, sys_id: str, **fields: str) -> dict[str, Any]:
    record: dict[str, Any] = snow("incident").request("PATCH", path_append=f"/{sys_id}", data=json.dumps(fields)).one()
    return record


def test_it_creates_an_incident_with_the_platforms_defaults(box: Sandbox, snow: Snow) -> None:
    made = make(snow, impact="1", urgency="2", priority="5")
    assert made["number"] == "INC0010001"
    assert (made["priority"], made["state"], made["incident_state"], made["active"]) == ("2", "1", "1", "true")
    assert made["sys_mod_count"] == "0"
    assert made["sys_updated_by"] == "rung.integration"
    assert all(isinstance(value, str | dict) for value in made.values())
    box.assert_nothing_unexpected()


@pytest.mark.parametrize(
    ("levels", "priority"),
    [
        ("11", "1"),
        ("12", "2"),
        ("21", "2"),
        ("13", "3"),
        ("22", "3"),
        ("31", "3"),
        ("23", "4"),
        ("32", "4"),
        ("33", "5"),
    ],
)
def test_it_derives_priority_from_impact_and_urgency(box: Sandbox, snow: Snow, levels: str, priority: str) -> None:
    made = make(snow)
    assert patch(snow, made["sys_id"], impact=levels[0], urgency=levels[1])["priority"] == priority
    assert patch(snow, made["sys_id"], priority="3")["priority"] == priority
    box.assert_nothing_unexpected()


def test_it_changes_only_the_fields_that_were_sent_and_counts(box: Sandbox, snow: Snow) -> None:
    made = make(snow, category="network")
    changed = snow("incident").update({"number": made["number"]}, {"short_description": "Still down"}).one()
    assert (changed["category"], changed["short_description"], changed["sys_mod_count"]) == (
        "network",
        "Still down",
        "1",
    )
    same = patch(snow, made["sys_id"], short_description="Still down")
    assert same["sys_mod_count"] == "1"
    box.assert_nothing_unexpected()


def test_it_shows_references_with_a_link_a_value_or_a_name(box: Sandbox, snow: Snow) -> None:
    group, lee = box.group("Payments Support"), box.person("lee.park")
    made = make(snow, assignment_group=group["sys_id"], assigned_to=lee["sys_id"])
    where = f"{box.servicenow_url}/api/now/table/sys_user/{lee['sys_id']}"
    assert made["assigned_to"] == {"link": where, "value": lee["sys_id"]}
    assert requests.get(where, auth=ME, timeout=5).json()["result"]["email"] == "lee.park@example.com"
    incident = snow("incident")
    query = {"number": made["number"]}
    assert incident.get(dict(query), exclude_reference_link=True).one()["assigned_to"] == lee["sys_id"]
    shown = snow("incident").get(dict(query), display_value=True, exclude_reference_link=True).one()
    assert (shown["assigned_to"], shown["state"], shown["priority"]) == ("Lee Park", "New", "5 - Planning")
    both = snow("incident").get(dict(query), display_value="all").one()
    assert both["assignment_group"]["display_value"] == "Payments Support"
    assert both["assignment_group"]["value"] == group["sys_id"]
    box.assert_nothing_unexpected()


def test_it_keeps_a_dangling_reference_and_tells_the_test(box: Sandbox, snow: Snow) -> None:
    made = make(snow, assigned_to="Lee Park")
    assert made["assigned_to"]["value"] == "Lee Park"
    assert "dangling reference" in box.calls("servicenow", method="POST")[-1]["notes"][0]


def test_journal_fields_read_back_empty_and_render_for_people(box: Sandbox, snow: Snow) -> None:
    made = make(snow)
    changed = patch(snow, made["sys_id"], work_notes="Told the team", comments="We are on it")
    assert (changed["work_notes"], changed["comments"], changed["sys_mod_count"]) == ("", "", "1")
    shown = snow("incident").get({"number": made["number"]}, display_value=True).one()
    assert "Rung Integration (Work notes)\nTold the team\n" in shown["work_notes"]
    kept = box.incident(made["number"])
    assert [(note["text"], note["by"]) for note in kept["work_notes"]] == [("Told the team", "rung.integration")]
    assert kept["comments"][0]["text"] == "We are on it"


def test_an_integration_user_cannot_read_the_journal_table(box: Sandbox, snow: Snow) -> None:
    with pytest.raises(requests.HTTPError, match="403"):
        snow("sys_journal_field").get({"element": "work_notes"}).all()
    make(snow, work_notes="Seen by administrators")
    entries = snow("sys_journal_field", ("tomas.novak", "sandbox-only")).get({"element": "work_notes"}).all()
    assert [entry["value"] for entry in entries] == ["Seen by administrators"]


def test_resolving_needs_a_code_and_notes(box: Sandbox, snow: Snow) -> None:
    made = make(snow)
    refused = api(box, "PATCH", f"/api/now/table/incident/{made['sys_id']}", json={"state": "6"})
    assert refused.status_code == 403
    assert refused.json()["status"] == "failure"
    assert "Data Policy Exception" in refused.json()["error"]["detail"]
    assert box.incident(made["number"])["fields"]["state"] == "1"
    done = patch(snow, made["sys_id"], state="6", close_code="Solution provided", close_notes="Restarted")
    assert (done["state"], done["active"], bool(done["resolved_at"])) == ("6", "true", True)
    reopened = patch(snow, made["sys_id"], state="2")
    assert (reopened["resolved_at"], reopened["reopen_count"]) == ("", "1")


def test_closing_needs_a_higher_role(box: Sandbox, snow: Snow) -> None:
    made = make(snow, close_code="Solution provided", close_notes="x")
    with pytest.raises(requests.HTTPError, match="403"):
        patch(snow, made["sys_id"], state="7")
    closed = box.act("servicenow", "state", who="ines.moreau", number=made["number"], state="closed")
    assert (closed["fields"]["state"], closed["fields"]["active"]) == ("7", "false")
    with pytest.raises(requests.HTTPError, match="403"):
        patch(snow, made["sys_id"], short_description="too late")


def test_awaiting_the_caller_needs_a_comment(box: Sandbox, snow: Snow) -> None:
    made = make(snow)
    with pytest.raises(requests.HTTPError, match="403"):
        patch(snow, made["sys_id"], state="3", hold_reason="1")
    assert patch(snow, made["sys_id"], state="3", hold_reason="1", comments="Which shop?")["state"] == "3"


def test_a_create_that_is_refused_stays_silent_until_pysnow_is_asked(snow: Snow) -> None:
    response = snow("incident").create({"state": "6"})
    with pytest.raises(requests.HTTPError, match="403"):
        response.one()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("short_description=alpha", "A"),
        ("short_description!=alpha", "BC"),
        ("short_descriptionINalpha,beta", "AB"),
        ("short_descriptionLIKEeta", "B"),
        ("short_descriptionSTARTSWITHgam", "C"),
        ("short_description=alpha^ORshort_description=gamma", "AC"),
        ("impact=1^urgency=3", "A"),
        ("impact>1", "BC"),
        ("impact<=2", "AB"),
        ("sys_created_on>=2020-01-01 00:00:00", "ABC"),
        ("assigned_to.email=lee.park@example.com", "B"),
        ("ORDERBYDESCshort_description", "CBA"),
        ("impact>1^ORDERBYDESCimpact", "CB"),
        ("assigned_toISEMPTY", "AC"),
    ],
)
def test_it_runs_encoded_queries(box: Sandbox, snow: Snow, query: str, found: str) -> None:
    lee = box.person("lee.park")["sys_id"]
    for category, text, impact, person in [("A", "alpha", "1", ""), ("B", "beta", "2", lee), ("C", "gamma", "3", "")]:
        make(snow, short_description=text, impact=impact, category=category, assigned_to=person)
    rows = snow("incident").get(query=query).all()
    assert "".join(row["category"] for row in rows) == found
    box.assert_nothing_unexpected()


def test_a_misspelt_field_matches_everything_and_the_test_is_told(box: Sandbox, snow: Snow) -> None:
    for _ in range(2):
        make(snow)
    assert len(snow("incident").get(query="shrt_description=x").all()) == 2
    with pytest.raises(AssertionError, match="invalid query part"):
        box.assert_nothing_unexpected()


def test_it_pages_with_links_and_a_total(box: Sandbox, snow: Snow) -> None:
    for number in range(5):
        make(snow, short_description=str(number))
    first = api(box, "GET", "/api/now/table/incident", params={"sysparm_limit": "2", "sysparm_fields": "number"})
    assert first.headers["X-Total-Count"] == "5"
    assert first.json()["result"] == [{"number": "INC0010001"}, {"number": "INC0010002"}]
    seen, answer = list(first.json()["result"]), first
    while "next" in answer.links:
        answer = requests.get(answer.links["next"]["url"], auth=ME, timeout=5)
        seen += answer.json()["result"]
    assert len(seen) == 5
    assert set(first.links) == {"first", "next", "last"}


def test_a_page_can_be_short_where_records_are_hidden(box: Sandbox, snow: Snow) -> None:
    made = [make(snow) for _ in range(3)]
    box.act("servicenow", "hide", who="tomas.novak", number=made[0]["number"])
    page = api(box, "GET", "/api/now/table/incident", params={"sysparm_limit": "2"})
    assert len(page.json()["result"]) == 1
    assert page.headers["X-Total-Count"] == "3"
    assert api(box, "GET", f"/api/now/table/incident/{made[0]['sys_id']}").status_code == 404


def test_an_empty_list_is_200_in_v2_and_404_in_v1(box: Sandbox) -> None:
    params = {"sysparm_query": "number=INC9999999"}
    assert api(box, "GET", "/api/now/v2/table/incident", params=params).json() == {"result": []}
    assert api(box, "GET", "/api/now/v1/table/incident", params=params).status_code == 404


def test_it_refuses_in_the_vendors_words(box: Sandbox) -> None:
    missing = api(box, "GET", "/api/now/table/incident/" + "0" * 32)
    assert (missing.status_code, missing.json()["error"]["message"]) == (404, "No Record found")
    nobody = api(box, "GET", "/api/now/table/incident", auth=("dana.reyes", "wrong"))
    assert (nobody.status_code, nobody.json()["status"]) == (401, "failure")
    broken = api(box, "POST", "/api/now/table/incident", data="{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400
    person = api(box, "POST", "/api/now/table/sys_user", json={"name": "x"})
    assert (person.status_code, "ACL Exception" in person.json()["error"]["detail"]) == (403, True)


def test_it_deletes_for_administrators(box: Sandbox, snow: Snow) -> None:
    made = make(snow)
    gone = snow("incident", ("tomas.novak", "sandbox-only")).delete({"sys_id": made["sys_id"]})
    assert gone == {"status": "record deleted"}
    with pytest.raises(pysnow.exceptions.NoResults):
        snow("incident").get({"sys_id": made["sys_id"]}).one()


def test_people_groups_and_members_can_be_found(box: Sandbox, snow: Snow) -> None:
    person = snow("sys_user").get({"email": "lee.park@example.com"}).one()
    assert person["user_name"] == "lee.park"
    group = snow("sys_user_group").get({"name": "Payments Support"}).one()
    members = snow("sys_user_grmember").get({"group": group["sys_id"]}, fields=["user.email"]).all()
    assert {one["user.email"] for one in members} == {"dana.reyes@example.com", "lee.park@example.com"}
    box.assert_nothing_unexpected()


@pytest.mark.parametrize("path", ["/api/now/table/cmdb_rel_ci", "/api/now/stats/incident", "/login.do"])
def test_an_unknown_call_is_answered_501_and_listed(box: Sandbox, path: str) -> None:
    assert api(box, "GET", path).status_code == 501
    assert [call["path"] for call in box.unexpected()] == [path]


def test_an_unknown_parameter_or_field_is_listed(box: Sandbox, snow: Snow) -> None:
    assert api(box, "GET", "/api/now/table/incident", params={"number": "INC1"}).status_code == 501
    made = make(snow, shortdescription="typo")
    assert "shortdescription" not in made
    assert len(box.unexpected()) == 2


def test_oauth_gives_tokens_for_its_three_grants(box: Sandbox) -> None:
    client = {"client_id": "rung-sandbox", "client_secret": "sandbox-only"}
    password = {"grant_type": "password", "username": "rung.integration", "password": "sandbox-only"}
    first = requests.post(f"{box.servicenow_url}/oauth_token.do", data=client | password, timeout=5).json()
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = requests.post(f"{box.servicenow_url}/oauth_token.do", data=client | refresh, timeout=5).json()
    machine = {"grant_type": "client_credentials"}
    third = requests.post(f"{box.servicenow_url}/oauth_token.do", data=client | machine, timeout=5).json()
    assert "refresh_token" not in third
    for token in (first, second, third):
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        assert api(box, "GET", "/api/now/table/incident", auth=None, headers=headers).status_code == 200
    wrong = requests.post(
        f"{box.servicenow_url}/oauth_token.do", data=client | password | {"password": "no"}, timeout=5
    )
    assert wrong.status_code == 401
    assert "sandbox-only" not in json.dumps(box.calls("servicenow"))
    assert first["refresh_token"] not in json.dumps(box.calls("servicenow"))


def test_pysnows_own_oauth_client_works(box: Sandbox) -> None:
    client = pysnow.OAuthClient(
        client_id="rung-sandbox",
        client_secret="sandbox-only",
        host=box.servicenow_url.removeprefix("http://"),
        use_ssl=False,
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
        client.set_token(client.generate_token("rung.integration", "sandbox-only"))
        assert client.resource(api_path="/table/incident").get({"active": "true"}).all() == []


def test_an_api_key_is_accepted(box: Sandbox) -> None:
    for key, status in (("sandbox-only-key", 200), ("wrong", 401)):
        headers = {"x-sn-apikey": key}
        assert api(box, "GET", "/api/now/table/incident", auth=None, headers=headers).status_code == status


def test_one_session_used_twice_at_once_gets_202_and_the_request_is_dropped(box: Sandbox) -> None:
    session = requests.Session()
    session.auth = ME
    where = f"{box.servicenow_url}/api/now/table/incident"
    assert session.get(where, timeout=5).cookies["JSESSIONID"]
    statuses: list[int] = []
    gate = threading.Barrier(6)

    def ask() -> None:
        gate.wait()
        answer = requests.post(where, json={}, auth=ME, cookies=session.cookies.get_dict(), timeout=5)
        statuses.append(answer.status_code)

    with box.box.store.lock:  # nothing finishes while the memory is locked: all six are in flight
        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=0.3)
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 202, 202, 202, 202, 202]
    assert len(box.incidents()) == 1


def test_an_empty_string_clears_a_field_but_not_a_choice(box: Sandbox, snow: Snow) -> None:
    made = make(snow, category="network", impact="1", assigned_to=box.person("lee.park")["sys_id"])
    changed = patch(snow, made["sys_id"], assigned_to="", impact="")
    assert (changed["assigned_to"], changed["impact"]) == ("", "1")
    assert "does not clear the choice field impact" in box.calls("servicenow", "PATCH")[-1]["notes"][0]


def test_a_caret_in_a_value_is_doubled(snow: Snow) -> None:
    make(snow, short_description="a^b")
    assert len(snow("incident").get(query="short_description=a^^b").all()) == 1
