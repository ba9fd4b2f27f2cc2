"""What is committed names no machine and no download address; the changelog keeps its form."""

from __future__ import annotations

import re

from docs_pages import committed, named, text

_FOREIGN = (
    r"(?<![\w.}>)*-])/(?:work|root)/",
    r"/tmp/(?!bash)\w",  # noqa: S108 - looked for, not used
    "files.python" + "hosted",
    r"pypi\.org/" + "simple",
    "registry.npm" + "js",
)
_KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_no_file_names_this_machine_or_a_download_address() -> None:
    wanted = re.compile("|".join(_FOREIGN))
    found = []
    for path in committed():
        if path.name == "test_docs_hygiene.py":
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if hit := wanted.search(line):
                found.append(f"{named(path)}:{number}: {hit[0]}")
    assert not found


def test_the_changelog_keeps_its_form() -> None:
    changelog = text("CHANGELOG.md")
    assert changelog.startswith("# Changelog\n")
    versions = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", version) for version in versions[1:])
    assert set(re.findall(r"^### (.*)$", changelog, re.MULTILINE)) <= _KINDS
    body = changelog.partition("## [Unreleased]")[2]
    lines = [line for line in body.splitlines() if line and not line.startswith("#")]
    assert all(line.startswith(("- ", "  ")) for line in lines)
