from rung import documents, live
from rung.documents import Configuration
from rung.mapping import keeping

PLATFORMS = """
platforms:
  servicenow-main:
    kind: servicenow
    url: https://example.service-now.com
    auth: {basic: {user: rung, password: "${SNOW_PASSWORD}"}}
    options: {service_field: u_service}
sources:
  watch:
    mapping: watch
    auth: {bearer: {secrets: ["${WATCH_TOKEN}"]}}
    options: {site: Lyon}
"""
WATCH = "shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}, region: $option.site}]"
ON_HOLD = 'out: {state: {field: state, table: {on_hold: "20"}}}'


def made(servicenow: str) -> Configuration:
    texts = {"mappings/servicenow/mapping.yaml": servicenow, "mappings/watch/mapping.yaml": WATCH}
    return documents.read({**texts, "platforms.yaml": PLATFORMS}, live.packaged())


def test_what_an_own_mapping_loses_is_warned_of_with_the_options_of_its_platform() -> None:
    found = list(keeping.warnings(made("extends: servicenow\n" + ON_HOLD)))
    assert [problem.path for problem in found] == ["out.state", "out.service"]
    assert "servicenow: state “on_hold” is written as state “20”" in found[0].message
    assert "u_service" in found[1].message
    assert (found[0].file, found[0].line > 0) == ("packaged/servicenow/mapping.yaml", True)


def test_what_the_packaged_mapping_loses_as_well_is_not_warned_of() -> None:
    own = {"mappings/jira/mapping.yaml": "extends: jira", "mappings/watch/mapping.yaml": WATCH}
    assert list(keeping.warnings(documents.read(own, live.packaged()))) == []


def test_a_packaged_mapping_that_has_changed_below_is_warned_of_with_what_to_write() -> None:
    kept = "common: {service: [$record.u_service, $record.business_service]}"
    (problem,) = keeping.warnings(made(f"extends: servicenow@00000000\n{kept}"))
    assert (problem.line, problem.path) == (1, "extends")
    assert "(00000000)" in problem.message
    wanted = problem.message.rpartition("“")[2].removesuffix("”.")
    assert list(keeping.warnings(made(f"{wanted}\n{kept}"))) == []
    assert list(keeping.notes(made(f"{wanted}\n{kept}"))) == []


def test_how_to_be_told_of_changes_is_noted() -> None:
    (note,) = keeping.notes(made("extends: servicenow"))
    assert "Write “extends: servicenow@" in note.message


def test_a_source_has_options_of_its_own() -> None:
    configuration = made("extends: servicenow")
    bound = live.bind_sources(configuration, {**live.packaged(), **live.own_mappings(configuration.texts)})
    assert dict(bound["watch"].settings.options) == {"site": "Lyon"}
    assert bound["servicenow-main"].settings.collection == "incident"
