"""What Rung keeps, in PostgreSQL: deliveries, tickets with their timelines and timers, the action ledger, documents."""
