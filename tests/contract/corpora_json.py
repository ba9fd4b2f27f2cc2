# ruff: noqa: E501 - a table reads better in one line for each row
"""Tools that have no folder of their own, by the mapping for any JSON: what tells a state with a common word is taken."""

from corpora_rows import rows, told

# Riemann: host and service stand for the check. vRealize: ACTIVE; its own words for how bad it is are none that we know, so
# 2/2. Instana: 5 is its "warning", which the common scale takes for the lowest; a closing body has no title and needs none.
# Coralogix: the action triggers; its severity stands in a list of fields, so 2/2.
JSON = rows("""
alerta/riemann/riemann_alert.json                 | alert | hostbob servicejane                  | ? | resolved | 2/2 | ? | servicejane on hostbob
alerta/vmware/vmware_vrealize.json                | alert | sample-alert-uuid                    | ? | new      | 2/2 | ? | sample-info
keep/axiom/ALERTS.json                            | alert | Rxg89nIwu9WwrOsJKA                   | ? | new      | 2/2 | ? | Triggered: New monitor
keep/coralogix/ALERTS.json                        | alert | 49a4afb5-9231-418d-94ea-3a7546779658 | ? | new      | 2/2 | ? | Keep
skyhook/instana/test_instana-close-incident.json  | alert | 6596e1c9-d6e4-4a8e-85fd-432432eddac3 | ? | resolved | 2/2 | ? | ?
skyhook/instana/test_instana-open-incident.json   | alert | 53650436-8e35-49a3-a610-56b442ae7620 | ? | new      | 3/3 | ? | Garbage Collection Activity High (11%)
""")

REVIEWED = {"json": JSON}
UNMAPPED = told("""
alerta/telegram/telegram_ack.json                  | json | state is missing | a button pressed in a chat, nobody's alert
alerta/telegram/telegram_close.json                | json | state is missing | a button pressed in a chat, nobody's alert
goalert/site24x7.json                              | json | state is missing | an alert whose names are in capitals (STATUS): a mapping of its own
iris/rackspace/fake_post_l9.json                   | json | state is missing | an alert whose state stands under "details": a mapping of its own
keep/checkly/ALERTS.json                           | json | state is missing | an alert whose state is a word of its own (ALERT_RECOVERY): a mapping of its own
keep/dash0/ALERTS.json                             | json | state is missing | an alert whose state stands two levels down: a mapping of its own
keep/netbox/ALERTS.json                            | json | state is missing | a site was created in an inventory, no alert
keep/signalfx/simulate.json                        | json | state is missing | an alert that tells its state as "statusExtended": a mapping of its own
keep/thousandeyes/ALERT_0.json                     | json | state is missing | an alert that tells its state by its event's type: a mapping of its own
keep/thousandeyes/ALERT_1.json                     | json | state is missing | an alert that tells its state by its event's type: a mapping of its own
keep/wazuh/ALERTS.json                             | json | state is missing | it tells a severity and no state: severity decides none
skyhook/azure/azure.json                           | json | state is missing | a push to a repository
skyhook/bitbucketserver/bitbucketserver.json       | json | state is missing | a push to a repository
skyhook/buildkite/buildkite.json                   | json | build.finished   | a build, whose state is no alert's
skyhook/confluence/confluence_page.json            | json | state is missing | a page was changed
skyhook/confluence/test_confluence_attachment.json | json | state is missing | a file was attached
skyhook/confluence/test_confluence_blog.json       | json | state is missing | a page was written
skyhook/confluence/test_confluence_comment.json    | json | state is missing | a page was commented
skyhook/confluence/test_confluence_label.json      | json | state is missing | a label was set
skyhook/confluence/test_confluence_space.json      | json | state is missing | a space was created
skyhook/confluence/test_confluence_user.json       | json | state is missing | a user was removed
skyhook/instana/instana.json                       | json | state is missing | a host is there (presence), no trouble
skyhook/instana/test_instana-change-event.json     | json | state is missing | a host is there (presence), no trouble
skyhook/jenkins/jenkins.json                       | json | state is missing | a build, whose status is no alert's
skyhook/linear/linear.json                         | json | “create”         | a comment was written
skyhook/rollbar/rollbar.json                       | json | state is missing | an error whose status is a number of Rollbar's: a mapping of its own
skyhook/zendesk/zendesk.json                       | json | state is missing | a ticket of another service desk, which is no alert
""")
