# ruff: noqa: E501 - a table reads better in one line for each row
"""What the corpora's bodies say: tables written down from the bodies, to be reviewed when they change.

The columns: file, kind, key, the record's key, state, impact/urgency, the assignee's account, title. "?" is what a body
does not say, "nobody" and "empty" what it says is empty. "partial" at the end: the record has to be read again.
"""

Row = tuple[str, ...]


def _rows(table: str) -> dict[str, Row]:
    rows = [tuple(cell.strip() for cell in line.split(" | ")) for line in table.strip().splitlines()]
    return {row[0]: row[1:] for row in rows}


# Server sends a comment twice, once without its issue: the id is then in the comment's address, and the rest has
# to be read again. Where an old Server tells of a deleted comment, nothing in the body says so: it is an update.
JIRA = _rows(r"""
jira/mattermost/webhook-cloud-comment-created-mention-user.json                     | commented       | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-cloud-comment-created.json                                  | commented       | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-cloud-comment-deleted.json                                  | comment_deleted | 10357 | KT-7      | new         | 1/2 | 5cedcb4355a88a0fc86388ba | s
jira/mattermost/webhook-cloud-comment-updated.json                                  | comment_edited  | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-cloud-issue-created-many-fields.json                        | created         | 10509 | KT-22     | new         | 2/2 | 5cedcb4355a88a0fc86388ba | Lots of fields selected
jira/mattermost/webhook-cloud-issue-updated-custom-field.json                       | updated         | 10368 | TES-14    | new         | 2/2 | 5cedcb4355a88a0fc86388ba | v
jira/mattermost/webhook-issue-assigned-empty-changelog.json                         | updated         | 10001 | TEST-123  | new         | 2/2 | 789012                   | Test issue for empty changelog assignment
jira/mattermost/webhook-issue-comment-created-indentation.json                      | commented       | 10101 | TEST-4    | new         | 2/2 | nobody                   | unit testing
jira/mattermost/webhook-issue-created-no-description-nor-relevant-fields.json       | created         | 10040 | TES-41    | new         | ?/? | ?                        | Unit test summary
jira/mattermost/webhook-issue-created-no-description.json                           | created         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary
jira/mattermost/webhook-issue-created-no-relevant-fields.json                       | created         | 10040 | TES-41    | new         | ?/? | ?                        | Unit test summary
jira/mattermost/webhook-issue-created-with-security-level.json                      | created         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary
jira/mattermost/webhook-issue-created.json                                          | created         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary
jira/mattermost/webhook-issue-deleted.json                                          | deleted         | 10303 | IDT-19    | new         | 2/2 | nobody                   | hey
jira/mattermost/webhook-issue-updated-assigned-nobody.json                          | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-assigned-on-server.json                       | updated         | 10226 | PRJA-37   | new         | 2/2 | admin                    | test
jira/mattermost/webhook-issue-updated-assigned.json                                 | updated         | 10040 | TES-41    | new         | 1/2 | 5c5f880629be9642ba529340 | Unit test summary 1
jira/mattermost/webhook-issue-updated-attachments.json                              | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-components.json                               | updated         | 10360 | TES-10    | new         | 2/2 | nobody                   | wewe
jira/mattermost/webhook-issue-updated-edited.json                                   | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-fix-version.json                              | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-issue-type.json                               | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-labels.json                                   | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-lowered-priority.json                         | updated         | 10040 | TES-41    | new         | 3/3 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-multiple-custom-fields.json                   | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-multiple-values.json                          | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-raised-priority.json                          | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-rank.json                                     | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-renamed.json                                  | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-reopened-one-changelog.json                   | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-reopened.json                                 | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-resolved-one-changelog.json                   | updated         | 10040 | TES-41    | resolved    | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-resolved.json                                 | updated         | 10040 | TES-41    | resolved    | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-sprint.json                                   | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-issue-updated-started-working.json                          | updated         | 10040 | TES-41    | in_progress | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-server-comment-created.json                                 | commented       | 10013 | ?         | ?           | ?/? | ?                        | ? | partial
jira/mattermost/webhook-server-comment-deleted.json                                 | comment_deleted | 10013 | ?         | ?           | ?/? | ?                        | ? | partial
jira/mattermost/webhook-server-comment-updated.json                                 | comment_edited  | 10013 | ?         | ?           | ?/? | ?                        | ? | partial
jira/mattermost/webhook-server-issue-updated-closed.json                            | updated         | 10300 | TES-4     | closed      | 2/2 | admin                    | Unit test summary 1
jira/mattermost/webhook-server-issue-updated-comment-deleted.json                   | comment_deleted | 10013 | PRJX-14   | new         | 2/2 | levbrouk                 | As a user, I can find important items on the board by using the customisable "Quick Filters" above >> Try clicking the "Only My Issues" Quick Filter above
jira/mattermost/webhook-server-issue-updated-comment-edited.json                    | comment_edited  | 10013 | PRJX-14   | new         | 2/2 | levbrouk                 | As a user, I can find important items on the board by using the customisable "Quick Filters" above >> Try clicking the "Only My Issues" Quick Filter above
jira/mattermost/webhook-server-issue-updated-commented-1.json                       | commented       | 10013 | PRJX-14   | new         | 2/2 | levbrouk                 | As a user, I can find important items on the board by using the customisable "Quick Filters" above >> Try clicking the "Only My Issues" Quick Filter above
jira/mattermost/webhook-server-issue-updated-commented-2.json                       | commented       | 10231 | PRJA-42   | new         | 2/2 | dylan                    | test for notifications
jira/mattermost/webhook-server-issue-updated-commented-3.json                       | commented       | 10231 | PRJA-42   | new         | 2/2 | dylan                    | test for notifications
jira/mattermost/webhook-server-issue-updated-commented-mention-user.json            | commented       | 10013 | PRJX-14   | new         | 2/2 | levbrouk                 | As a user, I can find important items on the board by using the customisable "Quick Filters" above >> Try clicking the "Only My Issues" Quick Filter above
jira/mattermost/webhook-server-issue-updated-in-progress.json                       | updated         | 10300 | TES-4     | in_progress | 2/2 | admin                    | Unit test summary 1
jira/mattermost/webhook-server-issue-updated-many-fields.json                       | updated         | 10400 | HEY-15    | new         | 1/1 | mickmister               | ddgdg
jira/mattermost/webhook-server-issue-updated-reopened.json                          | updated         | 10300 | TES-4     | new         | 2/2 | admin                    | Unit test summary 1
jira/mattermost/webhook-server-issue-updated-resolved.json                          | updated         | 10300 | TES-4     | resolved    | 2/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-server-old-issue-updated-no-event-type-assigned.json        | updated         | 10040 | TES-41    | new         | 1/2 | 5c5f880629be9642ba529340 | Unit test summary 1
jira/mattermost/webhook-server-old-issue-updated-no-event-type-comment-deleted.json | updated         | 10013 | PRJX-14   | new         | 2/2 | levbrouk                 | As a user, I can find important items on the board by using the customisable "Quick Filters" above >> Try clicking the "Only My Issues" Quick Filter above
jira/mattermost/webhook-server-old-issue-updated-no-event-type-comment-edited.json  | comment_edited  | 10013 | PRJX-14   | new         | 2/2 | levbrouk                 | As a user, I can find important items on the board by using the customisable "Quick Filters" above >> Try clicking the "Only My Issues" Quick Filter above
jira/mattermost/webhook-server-old-issue-updated-no-event-type-commented.json       | commented       | 10013 | PRJX-14   | new         | 2/2 | levbrouk                 | As a user, I can find important items on the board by using the customisable "Quick Filters" above >> Try clicking the "Only My Issues" Quick Filter above
jira/mattermost/webhook-server-old-issue-updated-no-event-type-edited.json          | updated         | 10040 | TES-41    | new         | 1/2 | nobody                   | Unit test summary 1
jira/mattermost/webhook-server-updated-custom-field.json                            | updated         | 10106 | TES-8     | new         | 2/2 | nobody                   | 3
skyhook/jira/jira-issue.json                                                        | updated         | 99291 | JRA-20002 | ?           | 3/3 | ?                        | I feel the need for speed | partial
skyhook/jira/test_jira-comment-only.json                                            | commented       | 17334 | ?         | ?           | ?/? | ?                        | ? | partial
skyhook/jira/test_jira-comment.json                                                 | commented       | 99291 | JRA-20002 | ?           | 3/3 | ?                        | I feel the need for speed | partial
""")

# Keys without a fingerprint are digests of the labels. Severity "page" pages somebody: 1/1. goalert's body tells no
# severity: 2/2, the stated default.
ALERTMANAGER = _rows(r"""
alerta/prometheus/prometheus_v3_alert.json | alert | a7dd94daa8b0d4e8a22065661ec5697e | ? | new | 1/1 | ? | Connect fail
alerta/prometheus/prometheus_v4_alert.json | alert | 27974c62dda264f7d8cf7014c79c062e | ? | new | 1/1 | ? | No things for over 10 minutes
goalert/prometheusalertmanager.json        | alert | 56be748459d299aa1a34343da7269399 | ? | new | 2/2 | ? | My alert summary
iris/alertmanager/fake_post_l11.json       | alert | 446145cc0e1267774a7474117b3e3258 | ? | new | 1/1 | ? | testsummary
iris/alertmanager/fake_post_l59.json       | alert | 446145cc0e1267774a7474117b3e3258 | ? | new | 1/1 | ? | testsummary
""")

# Only grafana_6 tells a severity (warning); the others get the stated default. The firing and the resolved body of one rule
# have one key.
GRAFANA = _rows(r"""
alerta/grafana/grafana_6.json              | alert | rule 58 | ? | new      | 2/2 | ? | Testing -> Battery Voltage alert
alerta/grafana/grafana_alert_alerting.json | alert | rule 7  | ? | new      | 2/2 | ? | Zeta CPU alert
alerta/grafana/grafana_alert_ok.json       | alert | rule 7  | ? | resolved | 2/2 | ? | Zeta CPU alert
alerta/grafana/grafana_example.json        | alert | rule 1  | ? | new      | 2/2 | ? | Load peaking!
goalert/grafana.json                       | alert | rule 1  | ? | new      | 2/2 | ? | bob
iris/grafana/fake_post_l12.json            | alert | rule 0  | ? | new      | 2/2 | ? | Test notification
""")

# changed_fields sends new values: incident_state "1" is new. Those with a number but no sys_id have the number as key.
SERVICENOW = _rows(r"""
servicenow/business_rule_shapes/changed_fields.json | updated | sys_id     | INC0000039 | new      | ?/? | ?      | Trouble getting to Oregon mail server
servicenow/business_rule_shapes/custom_names.json   | updated | INC0000039 | INC0000039 | ?        | ?/? | ?      | ? | partial
servicenow/business_rule_shapes/eda_minimal.json    | updated | INC0000039 | INC0000039 | ?        | ?/? | ?      | Trouble getting to Oregon mail server | partial
servicenow/business_rule_shapes/flat_getvalue.json  | updated | sys_id     | INC0000039 | new      | 2/3 | ?      | Trouble getting to Oregon mail server
servicenow/demisto/RESPONSE_CREATE_TICKET.json      | updated | sys_id     | INC0010007 | new      | 3/3 | nobody | empty
servicenow/demisto/RESPONSE_TICKET.json             | updated | sys_id     | INC0000039 | new      | 2/3 | nobody | Trouble getting to Oregon mail server
servicenow/demisto/RESPONSE_UPDATE_TICKET.json      | updated | sys_id     | INC0000039 | new      | 2/3 | nobody | Trouble getting to Oregon mail server
keep/servicenow_tests/case_l44.json                 | updated | INC0010001 | INC0010001 | new      | 1/? | abc123 | Server is down | partial
keep/servicenow_tests/case_l70.json                 | updated | INC0010002 | INC0010002 | resolved | 3/? | ?      | Resolved issue | partial
""")

REVIEWED = {"jira": JIRA, "alertmanager": ALERTMANAGER, "grafana": GRAFANA, "servicenow": SERVICENOW}

UNMAPPED = {
    "skyhook/jira/test_jira-custom-no-event.json": ("jira", "webhookEvent is missing"),
    "iris/grafana/fake_post_l37.json": ("grafana", "“state”"),
}
"""Bodies that say nothing that could be applied, with what the error tells."""

DECLINED = {"keep/servicenow_tests/case_l175.json": ("servicenow", "journal entry")}
"""Bodies that are understood and not for us."""
