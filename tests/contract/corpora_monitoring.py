# ruff: noqa: E501 - a table reads better in one line for each row
"""Monitoring and paging tools."""

from corpora_rows import rows, told

# PagerDuty's old form: two messages in one body, the acknowledgement first. It tells no urgency.
PAGERDUTY = rows("""
alerta/pagerduty/pagerduty_alert.json | alert | PIJ90N7 | ? | in_progress | ?/? | ? | 45645
alerta/pagerduty/pagerduty_alert.json | alert | PIJ90N7 | ? | resolved    | ?/? | ? | 45645
""")

# WARN is 2/2. The test notification of the same tool is declined, below.
NEWRELIC = rows("""
skyhook/newrelic/newrelic.json | alert | 1234 | ? | new | 2/2 | ? | Apdex < .80 for at least 10 min
""")

# A stream's condition has no severity, so the default holds. An event without keys and groups has its definition as key.
GRAYLOG = rows("""
alerta/graylog/graylog_notification.json | alert | 55f1509dbee8e2841898eb64 5e7a9c8d-9bb1-47b6-b8db-4a3a83a25e0c | ? | new | 2/2 | ? | test: Stream had 2 messages in the last 1 minutes with trigger condition more than 1 messages. (Current grace time: 1 minutes)
keep/graylog/ALERTS.json                 | alert | 671a28a03696bb3801a7a9f1                                      | ? | new | 1/2 | ? | Event - 1
""")

# Of a recovery the state "UP" and the severity "OK" say nothing of how bad it was.
CHECKMK = rows("""
keep/checkmk/ALERTS.json | alert | server1 | ? | resolved | ?/? | ? | server1: Packet received via smart PING
""")

# alert_id is the key: uid and id are new with each change. "ok" is the rule's severity, also while it fires.
LIBRENMS = rows("""
keep/libre_nms/ALERTS.json | alert | 26 | ? | resolved | 3/3 | ? | Device 10.10.1.147 recovered from Devices up/down
""")

REVIEWED = {
    "pagerduty": PAGERDUTY,
    "newrelic": NEWRELIC,
    "graylog": GRAYLOG,
    "checkmk": CHECKMK,
    "librenms": LIBRENMS,
}
DECLINED = told("""
alerta/newrelic/new_relic_notification.json | newrelic | test of the notification channel | incident 0 of the tool's own test policy
""")
