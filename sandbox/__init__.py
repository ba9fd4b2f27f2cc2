"""Stand-ins for ServiceNow, Jira and a mail server, over real HTTP and SMTP on loopback.

They are good enough that the real pysnow and jira libraries work against them unchanged, and strict enough that a
call which nobody expected is answered 501 and listed. Nothing of the product is imported here. See
`sandbox.embedded` for use in tests.
"""
