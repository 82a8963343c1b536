"""AIBT as plain Python: markets, account, learning, store, protocol and API. It never imports Ray."""
