"""What trading costs, in basis points of the traded value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Fee and slippage. 1 basis point = 0.0001. Slippage worsens the price, the fee is apart.

    Raises:
        ValueError: one of the two is negative or at least 10,000 (all of the value).
    """

    fee_bps: float
    slippage_bps: float

    def __post_init__(self) -> None:
        for name in ("fee_bps", "slippage_bps"):
            value = getattr(self, name)
            if not 0 <= value < 10_000:
                raise ValueError(f"{name} is {value}, not in [0, 10000)")
