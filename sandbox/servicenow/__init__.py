"""A stand-in for ServiceNow's Table API, its OAuth endpoint, and the reference Business Rule's webhooks."""
