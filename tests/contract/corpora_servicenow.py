# ruff: noqa: E501 - a table reads better in one line for each row
"""ServiceNow: Business Rules of customers, and records of the Table API."""

from corpora_rows import rows, told

# changed_fields sends new values: incident_state "1" is new. Those with a number but no sys_id have the number as key.
SERVICENOW = rows("""
servicenow/business_rule_shapes/changed_fields.json | updated | sys_id     | INC0000039 | new      | ?/? | ?      | Trouble getting to Oregon mail server
servicenow/business_rule_shapes/custom_names.json   | updated | INC0000039 | INC0000039 | ?        | ?/? | ?      | ? | partial
servicenow/business_rule_shapes/eda_minimal.json    | updated | INC0000039 | INC0000039 | ?        | ?/? | ?      | Trouble getting to Oregon mail server | partial
servicenow/business_rule_shapes/flat_getvalue.json  | updated | sys_id     | INC0000039 | new      | 2/3 | ?      | Trouble getting to Oregon mail server
servicenow/demisto/RESPONSE_CREATE_TICKET.json      | updated | sys_id     | INC0010007 | new      | 3/3 | nobody | empty
servicenow/demisto/RESPONSE_TICKET.json             | updated | sys_id     | INC0000039 | new      | 2/3 | nobody | Trouble getting to Oregon mail server
servicenow/demisto/RESPONSE_UPDATE_TICKET.json      | updated | sys_id     | INC0000039 | new      | 2/3 | nobody | Trouble getting to Oregon mail server
keep/servicenow_tests/case_l44.json                 | updated | INC0010001 | INC0010001 | new      | 1/? | abc123 | Server is down | partial
keep/servicenow_tests/case_l70.json                 | updated | INC0010002 | INC0010002 | resolved | 3/? | ?      | Resolved issue | partial
keep/servicenow_tests/case_l124.json                | updated | abc123     | INC0010001 | new      | 1/? | ?      | Test incident 1
keep/servicenow_tests/case_l124.json                | updated | def456     | INC0010002 | resolved | 3/? | ?      | Test incident 2
""")

REVIEWED = {"servicenow": SERVICENOW}
DECLINED = told("""
keep/servicenow_tests/case_l175.json | servicenow | journal entry | rows of sys_journal_field, which do not name their record
""")
