# ruff: noqa: E501 - a table reads better in one line for each row
"""Where Alerta's tests say what it derives from a body: which of our fields says the same, or why ours differs.

The columns: file, Alerta's attribute (patterns, the first that fits counts), and either our field or "differs: " with the
reason. `labels.*` is the label of the attribute's name; `state` and `severity` compare words: open, DOWN, ok, critical.
"""

from fnmatch import fnmatchcase

_TABLE = """
alerta/cloudwatch/*_subscription_confirmation.json | * | differs: Alerta makes an alert of it; a subscription is nothing to call anybody for, and the door answers it
alerta/cloudwatch/*       | resource   | configuration_item
alerta/cloudwatch/*       | event      | title
alerta/cloudwatch/*       | service    | labels.account
alerta/cloudwatch/*       | group      | category
alerta/cloudwatch/*       | value      | state
alerta/cloudwatch/*       | text       | description
alerta/cloudwatch/*       | tags       | labels.region
alerta/cloudwatch/*       | origin     | labels.topic
alerta/grafana/grafana_example.json | service | differs: Alerta is given it in the address; here the mapping, or the rule's tags, say it
alerta/grafana/grafana_example.json | group   | differs: Alerta's own default
alerta/grafana/*          | resource   | differs: the name of a metric is no configuration item
alerta/grafana/*          | event      | title
alerta/grafana/*          | environment | labels.environment
alerta/grafana/*          | severity   | severity
alerta/grafana/*          | status     | state
alerta/grafana/*          | service    | service
alerta/grafana/*          | group      | labels.group
alerta/grafana/*          | text       | description
alerta/grafana/*          | customer   | differs: Alerta is given it in the address; here the rule's tag "customer" says it
alerta/grafana/*          | value      | differs: what was measured is in the link, not in the ticket
alerta/grafana/*          | tags       | differs: Alerta's tags are a list, and empty here
alerta/grafana/*          | attributes.ruleId  | key
alerta/grafana/*          | attributes.ruleUrl | link
alerta/grafana/*          | attributes.ip      | differs: the sender's address is not kept
alerta/grafana/*          | attributes.info_host_id | differs: the tags of a series are not the rule's
alerta/grafana/*          | attributes.* | labels.*
alerta/pingdom/*          | resource   | service
alerta/pingdom/*          | event      | state
alerta/pingdom/*          | severity   | severity
alerta/pingdom/*          | text       | differs: ours has no importance before it
alerta/pingdom/*          | value      | description
alerta/prometheus/prometheus_v4_alert.json | resource | differs: no label names a host
alerta/prometheus/*       | resource   | configuration_item
alerta/prometheus/*       | event      | category
alerta/prometheus/*       | status     | state
alerta/prometheus/*       | severity   | severity
alerta/prometheus/*       | attributes.moreInfo | link
alerta/prometheus/*       | attributes.ip       | differs: the sender's address is not kept
alerta/prometheus/*       | attributes.runbook* | differs: of the annotations title, text and link alone are read
alerta/riemann/*          | resource   | configuration_item
alerta/riemann/*          | event      | service
alerta/riemann/*          | severity   | severity
alerta/riemann/*          | text       | description
alerta/riemann/*          | value      | differs: what was measured is not kept
alerta/stackdriver/stackdriver_open.json | resource | differs: Alerta reads JSON that stands in the documentation; to us that is text for people
alerta/stackdriver/stackdriver_open.json | text     | differs: Alerta reads JSON that stands in the documentation; to us that is text for people
alerta/stackdriver/stackdriver_open.json | severity | differs: version 1.1 tells no severity; Alerta takes every open incident for critical
alerta/stackdriver/*      | resource   | configuration_item
alerta/stackdriver/*      | event      | title
alerta/stackdriver/*      | severity   | severity
alerta/stackdriver/*      | service    | service
alerta/stackdriver/*      | text       | description
alerta/telegram/*         | *          | differs: buttons pressed in Alerta's own chat messages are nothing to us
alerta/vmware/*           | id         | key
alerta/vmware/*           | text       | title
alerta/vmware/*           | severity   | differs: the level's word is vRealize's own; the mapping for any JSON does not know it and says 2/2
alerta/vmware/*           | *          | differs: names of vRealize's own, which the mapping for any JSON does not read
alerta/pagerduty/*        | status     | state
alerta/newrelic/*         | *          | differs: the tool's own test of a channel (incident 0 of its test policy): Alerta shows it, ours declines it
alerta/graylog/*          | text       | description
alerta/graylog/*          | resource   | category
alerta/graylog/*          | service    | differs: a stream's title is no service that people know
alerta/graylog/*          | event      | differs: Alerta is given it in the address
alerta/graylog/*          | severity   | differs: the body tells none: Alerta's default is critical, ours 2/2
*                         | timeout    | differs: how long an alert is believed is Alerta's own setting; a mapping's "lasts" says it here
*                         | origin     | differs: the source's name says it
"""
_ROWS = [tuple(cell.strip() for cell in line.split(" | ")) for line in _TABLE.strip().splitlines()]

STATES = {
    "open": "new",
    "DOWN": "new",
    "ALARM": "new",
    "INSUFFICIENT_DATA": "new",
    "ack": "in_progress",
    "closed": "resolved",
    "UP": "resolved",
    "ok": "resolved",
    "normal": "resolved",
}
IMPACTS = {"critical": 1, "major": 1, "warning": 2, "minor": 2, "informational": 3}


def ours(file: str, attribute: str) -> str:
    """Our field, or "differs: " with the reason; "" where the table has no row."""
    fits = (said for path, name, said in _ROWS if fnmatchcase(file, path) and fnmatchcase(attribute, name))
    return next(fits, "")
