"""AIBT as plain Python: markets, account, learning, store, API. It never imports Ray."""
