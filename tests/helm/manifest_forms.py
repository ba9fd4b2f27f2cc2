"""What a manifest may hold, from packages: Kubernetes' own OpenAPI by version, and the forms of custom resources."""

from __future__ import annotations

import json
import re
import tarfile
from functools import cache
from pathlib import Path

import kubernetes_validate
from chart_rendered import ROOT, Json
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

_KUBERNETES = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
_CUSTOM = ROOT / ".helm" / "forms"
_BEGIN = "const schema = "


def wrong(manifest: Json, version: str) -> str:
    """What is wrong with a manifest for a version of Kubernetes such as 1.34; empty where it is well.

    Raises `LookupError` where nobody knows its form.
    """
    errors = _validator(manifest["apiVersion"], manifest["kind"], version).iter_errors(manifest)
    return "; ".join(f"{'.'.join(map(str, error.path))}: {error.message}" for error in errors)


@cache
def _validator(api_version: str, kind: str, version: str) -> Draft202012Validator:
    folder = _KUBERNETES / f"v{version}.0-local-strict"
    # In the files' names stand the first word of the group and the version: `networking-v1`.
    word = re.sub(r"^([^./]*)[^/]*/", r"\1-", api_version)
    file = folder / f"{kind.lower()}-{word}.json"
    if not file.exists():
        return Draft202012Validator(_custom(api_version, kind))
    return Draft202012Validator(json.loads(file.read_text()), registry=_definitions(folder))


@cache
def _definitions(folder: Path) -> Registry[Json]:
    found = json.loads((folder / "_definitions.json").read_text())
    return Registry().with_resource("_definitions.json", Resource.from_contents(found))


def _custom(api_version: str, kind: str) -> Json:
    """The form of a custom resource, closed."""
    for package in sorted(_CUSTOM.glob("*.tgz")):
        with tarfile.open(package) as archive:
            for member in archive:
                if member.name == f"package/{api_version}/{kind}.js":
                    script = archive.extractfile(member)
                    assert script is not None
                    return _read(script.read().decode())
    raise LookupError(f"No package tells the form of {kind} of {api_version}.")


def _read(script: str) -> Json:
    found: Json
    found, _ = json.JSONDecoder().raw_decode(script, script.index(_BEGIN) + len(_BEGIN))
    found["properties"]["metadata"] = {"type": "object"}
    _close(found)
    return found


def _close(form: Json) -> None:
    """As an API server with strict validation reads it: nothing but what is named."""
    for below in (*form.get("properties", {}).values(), form.get("items"), form.get("additionalProperties")):
        if isinstance(below, dict):
            _close(below)
    if "properties" in form and not form.get("x-kubernetes-preserve-unknown-fields"):
        form.setdefault("additionalProperties", False)
    if form.pop("nullable", False) and isinstance(form.get("type"), str):
        form["type"] = [form["type"], "null"]
