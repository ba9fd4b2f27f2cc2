import pytest

from mappings.paths import parse, walk
from mappings.scope import MISSING

BODY = {
    "labels": {"severity": "critical", "a.b": "dotted", 'say "hi"': "quoted"},
    "alerts": [{"status": "firing"}, {"status": "resolved"}],
    "items": [{"field": "status", "to": "3"}, {"field": "Fix Version", "to": "v2"}, {"field": 7, "to": "seven"}],
    "null": None,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("labels.severity", "critical"),
        ('labels."a.b"', "dotted"),
        (r'labels."say \"hi\""', "quoted"),
        ("alerts[0].status", "firing"),
        ("alerts[-1].status", "resolved"),
        ("items[field=status].to", "3"),
        ('items[field="Fix Version"].to', "v2"),
        ("items[field=7].to", "seven"),
        ("null", None),
        (".", BODY),
    ],
)
def test_a_path_finds_its_value(path: str, found: object) -> None:
    assert walk(BODY, parse(path).steps) == found


@pytest.mark.parametrize(
    "path", ["labels.nothing", "labels.severity.more", "alerts[5]", "alerts.status", "items[field=x].to", "null.x"]
)
def test_a_way_that_is_not_there_is_missing_and_never_an_error(path: str) -> None:
    assert walk(BODY, parse(path).steps) is MISSING


@pytest.mark.parametrize("path", ["", "a..b", "a.", "a[x]", "a b", ".a", "$", "$.x", "a{b}", 'a"b"'])
def test_it_refuses_what_is_no_path(path: str) -> None:
    with pytest.raises(ValueError, match=r"path"):
        parse(path)


def test_a_path_may_begin_at_a_name() -> None:
    path = parse("$body.labels.severity")
    assert (path.root, path.steps) == ("body", ("labels", "severity"))
    assert parse("$header.ce-type").steps == ("ce-type",)
    assert parse("$issue[0]").steps == (0,)
