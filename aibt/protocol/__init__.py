"""The wire: frames, queries and payloads as pydantic models, and what they are written from."""
