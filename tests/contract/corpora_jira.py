# ruff: noqa: E501 - a table reads better in one line for each row
"""Jira's webhooks."""

from corpora_rows import rows, told

# Server sends a comment twice, once without its issue: the id is then in the comment's address, and the rest has
# to be read again. Where an old Server tells of a deleted comment, nothing in the body says so: it is an update.
JIRA = rows(r"""
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

REVIEWED = {"jira": JIRA}
UNMAPPED = told("""
skyhook/jira/test_jira-custom-no-event.json | jira | webhookEvent is missing | a body that is blank on purpose
""")
