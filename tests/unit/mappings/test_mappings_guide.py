"""The language's guide says everything that a document may say."""

import re

import pytest
import yaml

from mappings import PACKAGED, load_catalogue
from mappings.compiling import TOP
from mappings.outbound import _FIELDS, _RULE
from mappings.rules import _ALL
from mappings.scope import PREDEFINED
from mappings.shapes import FIELDS

GUIDE = (PACKAGED / "README.md").read_text()
WORDS = {*TOP, *FIELDS, *_ALL, *_FIELDS, *_RULE, *(f"${name}" for name in PREDEFINED)}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_a_word_of_the_language_is_in_the_guide(word: str) -> None:
    assert re.search(rf"(?<![\w$]){re.escape(word)}(?!\w)", GUIDE)


def test_the_guide_s_examples_can_be_loaded() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert len(blocks) == 8
    extensions = [block for block in blocks if block.startswith("extends:")]
    assert len([load_catalogue([], {"mine": block})["mine"] for block in extensions]) == 4
    unused = re.compile(r"^(?:shapes: \[\]|out: \{\}|for: \{\}|tables: ).*$", re.MULTILINE)
    head, parts, out, returns = (unused.sub("", block) for block in blocks if block not in extensions)
    fields = parts.replace("labels: {project: fields.project.key}", "").strip().replace("\n", "\n    ")
    shape = f"shapes:\n  - name: x\n    kind: {{is: updated}}\n    key: id\n    {fields}\n"
    way_out = "out:\n  " + f"{out}\n{returns}".replace("\n", "\n  ")
    assert load_catalogue([], {"mine": f"{head}\n{shape}\n{way_out}"})["mine"].title == "My tool"
    assert yaml.safe_load(head)["unwrap"] == "value"
