from pathlib import Path

import pytest

from mappings import PACKAGED, MappingDocumentError, load_catalogue

GOOD = "shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}}]\n"
SHAPE = "shapes:\n  - name: a\n    kind: {is: alert}\n    key: id\n    state: {is: new}\n"


def problems(tmp_path: Path, text: str, name: str = "test") -> list[str]:
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    (folder / "mapping.yaml").write_text(text)
    with pytest.raises(MappingDocumentError) as told:
        load_catalogue([tmp_path])
    return [str(problem).removeprefix(f"{tmp_path.name}/") for problem in told.value.problems]


def test_the_packaged_catalogue_has_no_problems() -> None:
    assert load_catalogue([PACKAGED])


def test_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = "shapes:\n  - name: a\n    kind: {is: alarm}\n    key: a..b\n    impact: {is: huge}\n    colour: red\n"
    found = problems(tmp_path, text)
    assert len(found) == 4
    assert any(one.startswith("test/mapping.yaml:3: shapes[0].kind.is: 'alarm' is not an event kind.") for one in found)
    assert any("Allowed: alert, created, updated" in one for one in found)
    assert any(one.startswith("test/mapping.yaml:4:") and "is no path" in one for one in found)
    assert any("Allowed: high, medium, low" in one for one in found)
    assert any(one.startswith("test/mapping.yaml:6:") and "no “colour” here" in one for one in found)


def test_problems_of_several_documents_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mapping.yaml").write_text("shapes: []")
    assert len(problems(tmp_path, "shapes: []")) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The document is empty"),
        ("a: [", "This is not YAML"),
        ("[]", "Named entries were expected"),
        ("title: x", "at least one shape"),
        ("shapes: [{name: a}]", "A shape needs “kind”"),
        ("shapes: [{kind: {is: alert}, key: id}]", "A shape needs a name"),
        ("shapes: [{name: a, decline: no, key: id}]", "says nothing else"),
        (GOOD + "title: x\ntitle: y", "stands here twice"),
        (SHAPE + "  - {name: b, decline: x}", "would never be reached"),
        (SHAPE + "    title: $nobody.x", "no name $nobody"),
        (SHAPE + "    title: {cel: 'nobody == 1'}", "which is no name at this place"),
        (SHAPE + "    title: {cel: 'a =='}", "This is not CEL"),
        (SHAPE + "    title: {from: a, cel: b}", "exactly one of these"),
        (SHAPE + "    title: {from: a, zone: UTC}", "“zone” goes with time only"),
        (SHAPE + "    title: {time: a, zone: Nowhere/Land}", "no time zone"),
        (SHAPE + "    title: {from: a, match: '('}", "no regular expression"),
        (SHAPE + "    title: {from: a, match: 'x'}", "exactly one group"),
        (SHAPE + "    impact: {from: a, default: low}", "values that a table does not know"),
        (SHAPE + "    impact: {from: a, table: {x: high, X: low}}", "in another case"),
        (SHAPE + "    impact: {from: a, table: {x: giant}}", "'giant' is not an impact"),
        (SHAPE + "    title: 'a {b'", "A brace is left open"),
        (SHAPE + "    comment: {id: a}", "A comment needs “text”"),
        (SHAPE + "    record: {collection: a}", "A record needs “id” or “key”"),
        (GOOD + "names: {body: a}", "has a meaning already"),
        (GOOD + "names: {a-b: a}", "letters, digits"),
        (GOOD + "items: $body.x", "Only a plain path"),
        (GOOD + "out: {state: {field: s, table: {new: 1}}}", "The table says nothing for “closed”"),
        (GOOD + "out: {state: {field: s, only: [open]}}", "no “open” here"),
        (GOOD + "out: {title: {value: x}}", "What is written needs “field”"),
        (GOOD + "out: {title: {field: x, value: '{nothing}'}}", "nothing called “nothing”"),
        (GOOD + "out: {title: {field: x, as: group}}", "transition"),
        (SHAPE + "    title: &a [*a]", "nested deeper"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, text: str, told: str) -> None:
    assert any(told in one for one in problems(tmp_path, text))


def test_a_mistake_in_what_is_common_is_told_once(tmp_path: Path) -> None:
    text = (
        "common: {title: a..b}\n"
        + SHAPE.replace("- name: a", "- name: a\n    when: 1 == 1")
        + "  - {name: b, kind: {is: alert}, key: id}"
    )
    assert sum("no path" in one for one in problems(tmp_path, text)) == 1


def test_a_name_that_no_folder_should_have_is_told(tmp_path: Path) -> None:
    assert any("cannot be a mapping's name" in one for one in problems(tmp_path, GOOD, "Bad Name"))


def test_a_later_folder_overrides_an_earlier_one(tmp_path: Path) -> None:
    folder = tmp_path / "jira"
    folder.mkdir()
    (folder / "mapping.yaml").write_text("title: Ours\n" + GOOD)
    found = load_catalogue([PACKAGED, tmp_path])
    assert found["jira"].title == "Ours"
    assert found["servicenow"].title == "ServiceNow"


def test_a_name_twice_in_one_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "TEST").mkdir()
    (tmp_path / "TEST" / "mapping.yaml").write_text(GOOD)
    assert any("already a mapping of this name" in one for one in problems(tmp_path, GOOD))


def test_a_text_stands_for_a_file_and_wins(tmp_path: Path) -> None:
    folder = tmp_path / "jira"
    folder.mkdir()
    (folder / "mapping.yaml").write_text("title: Folder's\n" + GOOD)
    found = load_catalogue([tmp_path], {"jira": "title: Kept\n" + GOOD, "more": GOOD})
    assert (found["jira"].title, found["more"].name) == ("Kept", "more")
    with pytest.raises(MappingDocumentError, match=r"mappings/more/mapping.yaml:1: A mapping needs"):
        load_catalogue([], {"more": "title: x"})


def test_a_mapping_tells_which_headers_its_rules_read(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    names = 'names: {one: $header.x-1, both: ["{$header.x-2}", {from: $header.x-4, match: "(.)"}, $header.ce-5]}\n'
    (tmp_path / "test" / "mapping.yaml").write_text(GOOD + names)
    assert load_catalogue([tmp_path])["test"].headers == {"x-1", "x-2", "ce-5", "x-4"}
