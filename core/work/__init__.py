"""The work: load, step, save. Intake applies deliveries, the clock fires timers, delivery carries actions out."""
