"""Market data: bars and where they come from; importing this package loads nothing."""
