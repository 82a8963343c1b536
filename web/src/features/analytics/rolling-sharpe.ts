/** A constant return's own rounding. */
const ROUNDING = 1e-15;

/** Simple returns from each equity to the next, up to the one with which everything is lost. */
export function barReturns(equities: readonly number[]): number[] {
  const returns: number[] = [];
  for (let index = 1; index < equities.length; index += 1) {
    const before = equities[index - 1] ?? 0;
    if (before <= 0) break;
    returns.push((equities[index] ?? 0) / before - 1);
  }
  return returns;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample's, as the server takes it: divisor n − 1. */
function deviationOf(values: readonly number[], mean: number): number {
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * How many bars the server counts a year to have: it knows the market's calendar, and its yearly volatility is that of one bar
 * times the square root of this number. Null where nothing varies.
 */
export function barsPerYear(returns: readonly number[], volatility: number | null): number | null {
  if (volatility === null || volatility <= 0 || returns.length < 2) return null;
  const deviation = deviationOf(returns, meanOf(returns));
  return deviation <= ROUNDING ? null : (volatility / deviation) ** 2;
}

/**
 * The yearly Sharpe ratio of the last `bars` returns at each equity: mean over sample deviation, times the square root of the bars
 * of a year. Null until there are so many, and where nothing varies.
 */
export function rollingSharpe(
  returns: readonly number[],
  bars: number,
  perYear: number,
): (number | null)[] {
  const ratios = returns.map((_, index) => {
    if (index + 1 < bars) return null;
    const window = returns.slice(index + 1 - bars, index + 1);
    const mean = meanOf(window);
    const deviation = deviationOf(window, mean);
    return deviation <= ROUNDING ? null : (mean / deviation) * Math.sqrt(perYear);
  });
  return [null, ...ratios];
}

const WINDOWS = [20, 60, 120, 250, 500, 1_000];
const MOST_OFFERED = 4;

/** The windows that this many returns can fill and still move in, the shortest first. */
export function windowsFor(returns: number): number[] {
  return WINDOWS.filter((bars) => bars * 1.5 <= returns).slice(-MOST_OFFERED);
}
