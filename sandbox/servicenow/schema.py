"""The tables that are played: their fields, references, choices and defaults, named as ServiceNow names them."""

SYSTEM = (
    "sys_id",
    "sys_created_on",
    "sys_created_by",
    "sys_updated_on",
    "sys_updated_by",
    "sys_mod_count",
    "sys_class_name",
)
TASK = (
    "number",
    "short_description",
    "description",
    "state",
    "impact",
    "urgency",
    "priority",
    "severity",
    "category",
    "subcategory",
    "assignment_group",
    "assigned_to",
    "caller_id",
    "opened_by",
    "business_service",
    "cmdb_ci",
    "correlation_id",
    "correlation_display",
    "opened_at",
    "resolved_at",
    "resolved_by",
    "closed_at",
    "closed_by",
    "close_code",
    "close_notes",
    "hold_reason",
    "reopen_count",
    "active",
    "contact_type",
    "parent",
    "problem_id",
    "parent_incident",
    "watch_list",
    "work_notes_list",
    "due_date",
    "escalation",
    "made_sla",
    "company",
    "location",
    "reassignment_count",
    "incident_state",
    "comments",
    "work_notes",
)
FIELDS: dict[str, frozenset[str]] = {
    table: frozenset(fields) | frozenset(SYSTEM)
    for table, fields in {
        "incident": TASK,
        "problem": [*TASK, "fix_notes", "cause_notes", "workaround", "resolution_code", "problem_state"],
        "sys_user": (
            "user_name",
            "name",
            "first_name",
            "last_name",
            "email",
            "active",
            "time_zone",
            "manager",
            "title",
            "phone",
        ),
        "sys_user_group": ["name", "description", "manager", "email", "active", "parent", "type"],
        "sys_user_grmember": ["user", "group"],
        "sys_journal_field": ["element", "element_id", "name", "value"],
        "cmdb_ci": ["name"],
        "cmdb_ci_service": ["name"],
        "sys_user_role": ["name"],
        "sys_user_has_role": ["user", "role", "state", "inherited"],
        "sys_rest_message": ["name", "rest_endpoint", "authentication_type"],
        "sys_script": ["name", "collection", "active", "when", "script"],
        "core_company": ["name"],
        "cmn_location": ["name"],
        "sys_db_object": ["name", "label", "super_class"],
        "sys_dictionary": (
            "name",
            "element",
            "column_label",
            "internal_type",
            "reference",
            "mandatory",
            "read_only",
            "active",
            "choice",
            "max_length",
        ),
        "sys_choice": ["name", "element", "value", "label", "inactive", "language", "sequence"],
    }.items()
}
TASK_TABLES = frozenset({"incident", "problem"})
JOURNALS = ("comments", "work_notes")
READ_ONLY = frozenset({*SYSTEM, "number", "priority", "incident_state", "active"})
"""Fields a write cannot set: the system's own, and those that rules derive."""
REFERENCES: dict[str, str] = {
    "assignment_group": "sys_user_group",
    "assigned_to": "sys_user",
    "caller_id": "sys_user",
    "opened_by": "sys_user",
    "resolved_by": "sys_user",
    "closed_by": "sys_user",
    "business_service": "cmdb_ci_service",
    "cmdb_ci": "cmdb_ci",
    "company": "core_company",
    "location": "cmn_location",
    "problem_id": "problem",
    "parent_incident": "incident",
    "manager": "sys_user",
    "user": "sys_user",
    "group": "sys_user_group",
    "super_class": "sys_db_object",
    "role": "sys_user_role",
}
TIMES = frozenset({"sys_created_on", "sys_updated_on", "opened_at", "resolved_at", "closed_at", "due_date"})
LEVELS = {"1": "1 - High", "2": "2 - Medium", "3": "3 - Low"}
PRIORITIES = {"1": "1 - Critical", "2": "2 - High", "3": "3 - Moderate", "4": "4 - Low", "5": "5 - Planning"}
INCIDENT_STATES = {"1": "New", "2": "In Progress", "3": "On Hold", "6": "Resolved", "7": "Closed", "8": "Canceled"}
PROBLEM_STATES = {
    "101": "New",
    "102": "Assess",
    "103": "Root Cause Analysis",
    "104": "Fix in Progress",
    "106": "Resolved",
    "107": "Closed",
}
HOLD_REASONS = {"1": "Awaiting Caller", "3": "Awaiting Problem", "4": "Awaiting Vendor", "5": "Awaiting Change"}
CLOSE_CODES = {
    code: code for code in ("Solution provided", "Workaround provided", "No resolution provided", "Duplicate")
}
CHOICES: dict[str, dict[str, str]] = {
    "impact": LEVELS,
    "urgency": LEVELS,
    "severity": LEVELS,
    "priority": PRIORITIES,
    "hold_reason": HOLD_REASONS,
    "close_code": CLOSE_CODES,
}
MATRIX = {"11": "1", "12": "2", "21": "2", "13": "3", "22": "3", "31": "3", "23": "4", "32": "4", "33": "5"}
"""Impact and urgency to priority: the rules that ServiceNow ships (integration facts, vendor's documentation)."""
DEFAULTS: dict[str, dict[str, str]] = {
    "incident": {
        "state": "1",
        "impact": "3",
        "urgency": "3",
        "severity": "3",
        "category": "inquiry",
        "reopen_count": "0",
    },
    "problem": {"state": "101", "impact": "3", "urgency": "3", "severity": "3", "reopen_count": "0"},
}
NUMBERS = {"incident": ("INC", 10001), "problem": ("PRB", 40001)}
DISPLAY = {
    "incident": "number",
    "problem": "number",
    "sys_user_grmember": "sys_id",
    "sys_journal_field": "sys_id",
    "sys_user_has_role": "sys_id",
}
"""Which field shows a record to people; `name` where nothing is said."""


def state_labels(table: str) -> dict[str, str]:
    """The state codes of a task table with their labels."""
    return PROBLEM_STATES if table == "problem" else INCIDENT_STATES


def choices(table: str, field: str) -> dict[str, str]:
    """The codes of a choice field with their labels; empty for a field that is none."""
    return state_labels(table) if field in {"state", "incident_state", "problem_state"} else CHOICES.get(field, {})


def known_field(table: str, field: str) -> bool:
    """Whether a table has a field; a customer's own fields begin with `u_`."""
    return field in FIELDS[table] or field.startswith("u_")
