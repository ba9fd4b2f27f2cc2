"""How a record is shown: raw values, display values or both, references with or without their links."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.seed import Person
from sandbox.servicenow.schema import DISPLAY, JOURNALS, REFERENCES, TASK_TABLES, TIMES, choices
from sandbox.servicenow.tables import Tables
from sandbox.store import Json

JOURNAL_LABELS = {"comments": "Additional comments", "work_notes": "Work notes"}


@dataclass(frozen=True, slots=True)
class View:
    """What the caller asked for. `display`: `false`, `true` or `all`; `fields` empty means every field."""

    display: str = "false"
    links: bool = True
    fields: tuple[str, ...] = ()


def shown(tables: Tables, table: str, row: Json, view: View, person: Person) -> Json:
    """One record as the Table API answers it."""
    names = view.fields or tuple(sorted(row))
    return {name: _value(tables, table, row, name, view, person) for name in names}


def display_value(tables: Tables, table: str, row: Json, path: str, person: Person) -> str:
    """What a person sees of a field: a choice's label, a reference's name, a time in their zone, a journal's text."""
    owner, field, target_row = _walk(tables, table, row, path)
    raw = str(target_row.get(field, "")) if target_row else ""
    if owner in TASK_TABLES and field in JOURNALS and target_row:
        return _journal_text(tables, target_row["sys_id"], field, person)
    if raw and field in TIMES:
        return _local(raw, person)
    if raw and field in REFERENCES:
        target = tables.find(REFERENCES[field], raw)
        return str(target[DISPLAY.get(REFERENCES[field], "name")]) if target else ""
    return choices(owner, field).get(raw, raw)


def _value(tables: Tables, table: str, row: Json, name: str, view: View, person: Person) -> Any:
    owner, field, target_row = _walk(tables, table, row, name)
    raw = "" if field in JOURNALS and owner in TASK_TABLES else str((target_row or {}).get(field, ""))
    label = display_value(tables, table, row, name, person) if view.display != "false" else ""
    link = f"{tables.stand.base_url}/api/now/table/{REFERENCES[field]}/{raw}" if field in REFERENCES and raw else ""
    if view.display == "all":
        return {"display_value": label, "value": raw} | ({"link": link} if link and view.links else {})
    if link and view.links:
        return {"display_value": label, "link": link} if view.display == "true" else {"link": link, "value": raw}
    return label if view.display == "true" else raw


def _walk(tables: Tables, table: str, row: Json, path: str) -> tuple[str, str, Json | None]:
    field, _, rest = path.partition(".")
    if not rest:
        return table, field, row
    target = tables.find(REFERENCES[field], str(row.get(field, "")))
    return _walk(tables, REFERENCES[field], target, rest) if target else (REFERENCES[field], rest, None)


def _journal_text(tables: Tables, sys_id: str, element: str, person: Person) -> str:
    entries = [entry for entry in tables.meta(sys_id)["journal"] if entry["element"] == element]
    people = tables.stand.seed.by_name
    label = JOURNAL_LABELS[element]
    return "".join(
        f"{_local(entry['at'], person)} - {_name(people, entry['by'])} ({label})\n{entry['text']}\n\n"
        for entry in reversed(entries)
    )


def _name(people: dict[str, Person], user_name: str) -> str:
    return people[user_name].name if user_name in people else user_name


def _local(text: str, person: Person) -> str:
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return text
    return moment.astimezone(ZoneInfo(person.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
