"""The libraries that our figures are held to, loaded without what they draw with.

Where definitions differ:

- Annualisation: both take whole bars per year by default 252 and count returns, not days. We are
  told `bars_per_year`, so all three are given the same number.
- Sign: their drawdowns are negative, ours are in [0, 1].
- Volatility, Sharpe: all three divide by n - 1. Sortino: all three divide the downside by n.
- Undefined: they answer NaN, an infinity or 0 (quantstats: a profit factor without losses is
  infinite, a Calmar ratio without a drawdown divides by 0). We answer None.
- A curve without a return: empyrical calls its annual return NaN, we None.
- Below nothing: quantstats has no annual return for a debt (NaN), empyrical a complex number or
  NaN; ours is -1, and its drawdown 1.
- Win rate and profit factor: quantstats takes bars, and leaves those at 0 out of the win rate.
  Ours are of trades; it is given the trades' profits for the comparison, none of them 0.
- Months: both name a month without returns 0 or leave it out; ours is left out.
- Drawdown dates: quantstats begins at the first bar below the peak and ends at the last one; we
  name the peak before and the recovery after, and without a recovery None.
"""

import sys
import warnings
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pandas as pd
from numpy.typing import NDArray


def _loaded() -> tuple[Any, Any]:
    """Return empyrical, and quantstats' figures without the package's own start.

    That start loads matplotlib and looks for a notebook; an empty package in its place does not.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        empyrical = import_module("empyrical")
        if "quantstats" not in sys.modules:
            spec = find_spec("quantstats")
            assert spec is not None
            package = ModuleType("quantstats")
            package.__path__ = list(spec.submodule_search_locations or [])
            sys.modules["quantstats"] = package
            try:
                return empyrical, import_module("quantstats.stats")
            finally:
                del sys.modules["quantstats"]
        return empyrical, import_module("quantstats.stats")


empyrical, quantstats = _loaded()


def daily(values: NDArray[Any], first: str = "2024-01-01") -> "pd.Series[float]":
    """Return values as a series of one a day."""
    return pd.Series(values, index=pd.date_range(first, periods=len(values), freq="D"))
