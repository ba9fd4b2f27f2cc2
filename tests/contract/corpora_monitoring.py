# ruff: noqa: E501 - a table reads better in one line for each row
"""Monitoring and paging tools."""

from corpora_rows import rows, told

# PagerDuty's old form: two messages in one body, the acknowledgement first. It tells no urgency.
PAGERDUTY = rows("""
alerta/pagerduty/pagerduty_alert.json | alert | PIJ90N7 | ? | in_progress | ?/? | ? | 45645
alerta/pagerduty/pagerduty_alert.json | alert | PIJ90N7 | ? | resolved    | ?/? | ? | 45645
""")

JSON = rows("""
alerta/newrelic/new_relic_notification.json | alert | 0       | ? | new      | 3/3 | ? | New Relic Alert - Test Condition
keep/checkmk/ALERTS.json                    | alert | server1 | ? | resolved | 3/3 | ? | CheckMK server1 - DOWN -> UP
skyhook/newrelic/newrelic.json              | alert | 1234    | ? | new      | 2/2 | ? | My APM Apdex condition name
""")

REVIEWED = {"pagerduty": PAGERDUTY, "json": JSON}
UNMAPPED = told("""
alerta/graylog/graylog_notification.json | json | state is missing | it tells that a condition was met, and no state
keep/graylog/ALERTS.json                 | json | state is missing | it tells that a condition was met, and no state
keep/libre_nms/ALERTS.json               | json | “0”              | the tool's own number for its state
""")
