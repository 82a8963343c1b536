"""The HTTP application: REST and one WebSocket in front of a `Platform`."""
