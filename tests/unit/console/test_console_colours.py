"""Contrast in light and dark, by WCAG 2.2's own formula: 4.5 for text, 3 for the edges of controls and for shapes."""

import re
from pathlib import Path

import pytest

import console

CSS = (Path(console.__file__).parent / "assets" / "rung.css").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\n\s*\}", CSS, re.DOTALL)[:2]
)

INKS = ("ink", "ink-soft", "accent", "sev1", "sev2", "sev3", "sev4", "alarm", "good")
GROUNDS = ("surface", "ground", "alarm-soft", "accent-soft")
TEXT = [*[(ink, ground) for ink in INKS for ground in GROUNDS], ("on-accent", "accent"), ("on-alarm", "alarm")]
EDGES = [(edge, ground) for edge in ("edge", "accent") for ground in ("surface", "ground", "alarm-soft")]


def luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_in_both_schemes(scheme: str) -> None:
    tokens = LIGHT if scheme == "light" else DARK
    wanted = [(pair, 4.5) for pair in TEXT] + [(pair, 3.0) for pair in EDGES]
    measured = {pair: (contrast(tokens[pair[0]], tokens[pair[1]]), least) for pair, least in wanted}
    assert {pair: value for pair, (value, least) in measured.items() if value < least} == {}


def test_dark_names_every_colour_that_light_does() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_every_severity_has_a_shape_of_its_own() -> None:
    shapes = re.findall(r"\.sev\.sev(\d)::before \{ clip-path: ([^;]+);", CSS)
    assert [number for number, _ in shapes] == ["1", "2", "3", "4"]
    assert len({shape for _, shape in shapes}) == 4
