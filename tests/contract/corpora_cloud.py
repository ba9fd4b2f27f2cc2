# ruff: noqa: E501 - a table reads better in one line for each row
"""Clouds, error trackers and services that watch web sites."""

from corpora_rows import rows, told

# CloudWatch's older messages have no ARN: account, region and name stand for it. Without a severity in the description
# an alarm is 2/2. "Insufficient data" was sent because the alarm names an action for it: somebody wants to know.
SNS = rows("""
alerta/cloudwatch/cloudwatch_insufficient_data.json | alert | 1234567890 EU (Ireland) notificationCountAlarm | ? | new | 2/2 | ? | notificationCountAlarm
alerta/cloudwatch/cloudwatch_notification.json      | alert | 1234567890 EU (Ireland) bucketbytesAlarm       | ? | new | 2/2 | ? | bucketbytesAlarm
""")

# Version 1.1 had no severity. Version 1.0, as this project writes it, has one among the labels; a time of 0 is none.
GCP = rows("""
alerta/stackdriver/stackdriver_closed.json    | alert | f2e08c333dc64cb09f75eaab355393bz | ? | resolved | 2/2 | ? | CPU usage on webserver-85
alerta/stackdriver/stackdriver_open.json      | alert | f2e08c333dc64cb09f75eaab355393bz | ? | new      | 2/2 | ? | CPU usage on webserver-85
keep/gcpmonitoring/5XX_errors_production.json | alert | prod-5xx-123                     | ? | new      | 1/1 | ? | High rate of 5XX errors detected in production environment
keep/gcpmonitoring/database_latency.json      | alert | db-345                           | ? | new      | 2/2 | ? | High database query latency detected
keep/gcpmonitoring/high_memory_usage.json     | alert | mem-234                          | ? | new      | 2/2 | ? | High memory usage detected
""")

# The webhook plugin's bodies: the id is the issue's.
SENTRY = rows("""
keep/sentry/browser_timeout.json  | alert | issue 4616132097 | ? | new | 2/2 | ? | Failed to fetch user profile
keep/sentry/database_timeout.json | alert | issue 4616132099 | ? | new | 2/2 | ? | Failed to load product catalog
keep/sentry/server_overload.json  | alert | issue 4616132098 | ? | new | 2/2 | ? | Order submission failed
""")

# The importance is the check's, in both directions: it says HIGH when the check is up again too.
PINGDOM = rows("""
alerta/pingdom/pingdom_down.json | alert | check 803318 | ? | new      | 1/1 | ? | Alerta API on OpenShift is down
alerta/pingdom/pingdom_up.json   | alert | check 803318 | ? | resolved | 1/1 | ? | Alerta API on OpenShift is down
skyhook/pingdom/pingdom.json     | alert | check 12345  | ? | new      | 1/1 | ? | Name of HTTP check is down
""")

REVIEWED = {"sns": SNS, "gcp": GCP, "sentry": SENTRY, "pingdom": PINGDOM}
UNMAPPED = told("""
skyhook/uptimerobot/uptimerobot.json | uptimerobot | alertType is missing | three fields of which none tells down from up
""")
DECLINED = told("""
alerta/cloudwatch/cloudwatch_subscription_confirmation.json | sns | concerns the subscription alone | the door answers it
""")
