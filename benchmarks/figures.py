"""What a benchmark measured: one line of the table, and of the file it is kept in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number."""

    section: str
    name: str
    value: float
    unit: str
    note: str = ""
