"""How long an alert lasts, as its mapping says it."""

import pytest
from mappings_made import delivery

from core.ports import UnmappedError
from mappings import MappingDocumentError, load_catalogue

SHAPES = "shapes: [{{name: a, kind: {{is: alert}}, key: id, state: {{is: new}}, lasts: {lasts}}}]\n"


@pytest.mark.parametrize(
    ("rule", "seconds"), [("1h", 3600), ("90", 90), ("ttl", 120), ("{is: 2d}", 172_800), ("[none, {is: 5m}]", 300)]
)
def test_an_alert_lasts_for_a_written_length_or_what_a_rule_finds(rule: str, seconds: int) -> None:
    mapping = load_catalogue([], {"mine": SHAPES.format(lasts=rule)})["mine"].bind("mine")
    (event,) = mapping.events(delivery({"id": "a", "ttl": "2m"})).events
    assert event.lasts == seconds


@pytest.mark.parametrize("value", ["soon", 0, -5, "400d", True, {}])
def test_a_length_that_is_none_is_told(value: object) -> None:
    mapping = load_catalogue([], {"mine": SHAPES.format(lasts="ttl")})["mine"].bind("mine")
    with pytest.raises(UnmappedError, match="ttl is"):
        mapping.events(delivery({"id": "a", "ttl": value}))


def test_a_written_length_beyond_a_year_is_told() -> None:
    with pytest.raises(MappingDocumentError, match="not a length of time"):
        load_catalogue([], {"mine": SHAPES.format(lasts="{is: 400d}")})
