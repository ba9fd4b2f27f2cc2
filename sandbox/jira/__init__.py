"""A stand-in for Jira's REST API, as Cloud or as Data Center, and its webhooks."""
