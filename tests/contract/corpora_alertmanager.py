# ruff: noqa: E501 - a table reads better in one line for each row
"""Alertmanager and Grafana."""

from corpora_rows import rows, told

# Keys without a fingerprint are digests of the labels. Severity "page" pages somebody: 1/1. goalert's body tells no
# severity: 2/2, the stated default.
ALERTMANAGER = rows("""
alerta/prometheus/prometheus_v3_alert.json | alert | a7dd94daa8b0d4e8a22065661ec5697e | ? | new | 1/1 | ? | Connect fail
alerta/prometheus/prometheus_v4_alert.json | alert | 27974c62dda264f7d8cf7014c79c062e | ? | new | 1/1 | ? | No things for over 10 minutes
goalert/prometheusalertmanager.json        | alert | 56be748459d299aa1a34343da7269399 | ? | new | 2/2 | ? | My alert summary
iris/alertmanager/fake_post_l11.json       | alert | 446145cc0e1267774a7474117b3e3258 | ? | new | 1/1 | ? | testsummary
iris/alertmanager/fake_post_l59.json       | alert | 446145cc0e1267774a7474117b3e3258 | ? | new | 1/1 | ? | testsummary
""")

# Only grafana_6 tells a severity (warning); the others get the stated default. The firing and the resolved body of one rule
# have one key.
GRAFANA = rows("""
alerta/grafana/grafana_6.json              | alert | rule 58 | ? | new      | 2/2 | ? | Testing -> Battery Voltage alert
alerta/grafana/grafana_alert_alerting.json | alert | rule 7  | ? | new      | 2/2 | ? | Zeta CPU alert
alerta/grafana/grafana_alert_ok.json       | alert | rule 7  | ? | resolved | 2/2 | ? | Zeta CPU alert
alerta/grafana/grafana_example.json        | alert | rule 1  | ? | new      | 2/2 | ? | Load peaking!
goalert/grafana.json                       | alert | rule 1  | ? | new      | 2/2 | ? | bob
iris/grafana/fake_post_l12.json            | alert | rule 0  | ? | new      | 2/2 | ? | Test notification
""")

REVIEWED = {"alertmanager": ALERTMANAGER, "grafana": GRAFANA}
UNMAPPED = told("""
iris/grafana/fake_post_l37.json | grafana | “state” | another project's test of a body that lacks its state
""")
