import { FEW_BARS, FEW_TRADES } from "./board";

/** What the board proves, and what it does not. */
export function HowToRead() {
  return (
    <details className="border-line bg-surface rounded-lg border px-3 py-2.5 sm:px-4">
      <summary className="cursor-pointer font-semibold">How to read this board</summary>
      <ul className="text-muted mt-2 flex max-w-prose list-disc flex-col gap-1 pl-5">
        <li>
          Everybody trades at the same fills, fees and benchmark. A bot is judged on the bars that
          it did not learn from.
        </li>
        <li>
          Below a return and a Sharpe ratio is its 95% interval: where it would lie in 95 of 100
          such periods. Where zero is inside, the line is marked “could be luck”.
        </li>
        <li>
          Where two intervals overlap, the order of two lines proves little. Lines with fewer than{" "}
          {FEW_BARS} bars or {FEW_TRADES} trades are marked.
        </li>
        <li>Compare only what traded the same symbols over the same dates: filter first.</li>
        <li>Of many tries the best looks good by luck alone.</li>
      </ul>
    </details>
  );
}
