"""Agents that need no provider: they answer as a model would, through the very same loop."""
