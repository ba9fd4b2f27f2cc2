"""Every command that a page tells people to type is run by a test, or says why it is not."""

from __future__ import annotations

from docs_commands import blocks, mistake, to_run, unfenced
from docs_pages import named, pages

_HOW = """
On the line above the fence stands one of these, unseen by readers:
  <!-- run -->                              tests/reader/test_reader_types.py runs it
  <!-- run by tests/e2e/test_e2e_x.py -->   that test does
  <!-- not run: it needs a cluster -->      nobody does, and why"""


def test_every_block_of_commands_is_run_or_says_why_not() -> None:
    wrong = [f"{one.where}: {told}" for page in pages() for one in blocks(page) if (told := mistake(one))]
    assert not wrong, "\n" + "\n".join(wrong) + _HOW


def test_commands_stand_between_fences() -> None:
    wrong = [f"{named(page)}: {one}" for page in pages() for one in unfenced(page)]
    assert not wrong, "\nput these between fences, ```sh:\n" + "\n".join(wrong) + _HOW


def test_the_quick_start_is_run_first() -> None:
    assert next(iter(to_run())) == "docs/quick-start.md"
