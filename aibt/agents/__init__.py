"""Agents: language models that trade with tools, over bars they could have known."""
