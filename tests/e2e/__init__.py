"""Real processes: `rung up`, the sandbox, Prometheus and Alertmanager, killed and followed."""
