"""What trainings and sessions share: life cycle, gate, event log and outbox."""
