"""Jira Cloud and Data Center, through the REST API version 2 and the jira library."""
