"""Ray shells around the plain classes of `aibt`: nothing here decides what they decide."""
