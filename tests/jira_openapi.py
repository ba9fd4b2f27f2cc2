"""Holds requests to Jira against Atlassian's own contract, where a copy of it lies beside the repository.

The copy describes version 3 of the REST API of Jira Cloud. Version 2, which Rung speaks, has the same paths, parameters
and bodies, but for texts: wiki markup there, documents in version 3, and the contract says nothing of their form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

CONTRACT = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "openapi" / "jira-cloud-platform-v3.json"
_VERSION = re.compile(r"^/rest/api/(?:2|3|latest)/")
_YOUNGER = {
    # What came after the copy was made, or was always beside it: Atlassian's documentation of each.
    ("POST", "/rest/api/3/search/jql"): "the search that replaced /search in 2025",
    ("GET", "/rest/webhooks/1.0/webhook"): "webhooks that an administrator registers, an API of its own",
    ("POST", "/rest/webhooks/1.0/webhook"): "webhooks that an administrator registers, an API of its own",
    ("PUT", "/rest/webhooks/1.0/webhook/{id}"): "webhooks that an administrator registers, an API of its own",
    ("DELETE", "/rest/webhooks/1.0/webhook/{id}"): "webhooks that an administrator registers, an API of its own",
    ("GET", "/rest/api/3/issue/createmeta/{issueIdOrKey}/issuetypes"): "createmeta by project, since 2023",
    ("GET", "/rest/api/3/issue/createmeta/{issueIdOrKey}/issuetypes/{id}"): "createmeta by project, since 2023",
}


def is_here() -> bool:
    """Whether there is a copy of the contract to hold anything against."""
    return CONTRACT.exists()


def breaches(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """What of these calls (as the stand-in keeps them) Atlassian's contract does not allow, a sentence each."""
    return [sentence for call in calls if "/_sandbox" not in call["path"] for sentence in _breaches(call)]


def _breaches(call: Mapping[str, Any]) -> list[str]:
    method, path = call["method"], _VERSION.sub("/rest/api/3/", call["path"])
    where = f"{method} {call['path']}"
    if any(method == one and _fits(path, template) for one, template in _YOUNGER):
        return []
    template = _template(path, method)
    if template is None:
        return [f"{where}: there is no such request."]
    operation = _contract()["paths"][template][method.lower()]
    return [f"{where}: {words}" for words in [*_odd_parameters(operation, template, call), *_odd_body(operation, call)]]


@cache
def _contract() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(CONTRACT.read_text())
    return loaded


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resource("jira:", Resource(contents=_contract(), specification=DRAFT4))


def _fits(path: str, template: str) -> bool:
    pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


@cache
def _template(path: str, method: str) -> str | None:
    """The contract's path, a literal one before one with holes."""
    found = [
        one for one, operations in _contract()["paths"].items() if method.lower() in operations and _fits(path, one)
    ]
    return min(found, key=lambda one: one.count("{"), default=None)


def _odd_parameters(operation: Mapping[str, Any], template: str, call: Mapping[str, Any]) -> list[str]:
    shared = _contract()["paths"][template].get("parameters", [])
    known = {one["name"]: one for one in [*shared, *operation.get("parameters", [])] if one["in"] == "query"}
    odd = [f"it knows no parameter {name}." for name in call["query"] if name not in known]
    lacking = [
        f"{name} is missing." for name, one in known.items() if one.get("required") and name not in call["query"]
    ]
    for name, values in call["query"].items():
        kind = known.get(name, {}).get("schema", {}).get("type")
        if kind in {"integer", "number"} and not all(re.fullmatch(r"-?\d+", str(value)) for value in values):
            odd.append(f"{name} must be a number, not {values}.")
        allowed = known.get(name, {}).get("schema", {}).get("enum")
        odd += [f"{name} cannot be {value}." for value in values if allowed and value not in allowed]
    return [*odd, *lacking]


def _odd_body(operation: Mapping[str, Any], call: Mapping[str, Any]) -> list[str]:
    asked = operation.get("requestBody")
    if asked is None:
        return ["it takes no body."] if call["body"] not in (None, "", {}) else []
    content = asked["content"].get("application/json")
    if content is None:
        return []
    schema = content["schema"]
    validator = Draft4Validator(_rooted(schema), registry=_registry())
    told = [f"{error.json_path} {error.message}" for error in validator.iter_errors(call["body"])]
    properties = _resolved(schema).get("properties")
    if properties and isinstance(call["body"], dict):
        told += [f"it knows no {name} in its body." for name in call["body"] if name not in properties]
    return told


def _rooted(schema: Any) -> Any:
    """The schema with its references to the contract made whole."""
    if isinstance(schema, dict):
        return {
            name: f"jira:{value}" if name == "$ref" else _rooted(value)
            for name, value in schema.items()
            if name not in {"example", "description"}
        }
    return [_rooted(one) for one in schema] if isinstance(schema, list) else schema


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = _contract()["components"]["schemas"].get(name, schema)
    return found
