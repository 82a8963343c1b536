import type { ReactNode } from "react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { formatCompact, formatDuration, formatMoney, formatNumber } from "@/lib/format";
import { Delta, Money } from "@/ui/number";
import { Stat, StatGrid } from "@/ui/stat";
import type { Moment } from "./moment";
import { useSlice } from "./use-slice";

interface AccountStatsProps {
  feed: SessionFeed;
  balance: number;
  /** Null: now. */
  moment: Moment | null;
}

/** The account's figures, and what the model has used. */
export function AccountStats({ feed, balance, moment }: AccountStatsProps) {
  return (
    <StatGrid label="Account">
      {moment === null ? (
        <LiveAccount feed={feed} balance={balance} />
      ) : (
        <Account {...moment} fills={moment.fills} balance={balance} />
      )}
      <Use feed={feed} isNow={moment === null} />
    </StatGrid>
  );
}

function LiveAccount({ feed, balance }: { feed: SessionFeed; balance: number }) {
  const account = useSlice(feed, ({ equity, profit, cash, fills, denied }) => ({
    equity,
    profit,
    cash,
    fills,
    hint: denied === 0 ? "no order denied" : `${formatNumber(denied)} orders denied`,
  }));
  return <Account {...account} balance={balance} />;
}

interface AccountProps {
  equity: number | null;
  profit: number | null;
  cash: number;
  fills: number;
  balance: number;
  hint?: ReactNode;
}

function Account({ equity, profit, cash, fills, balance, hint }: AccountProps) {
  const share = profit === null || balance === 0 ? null : profit / balance;
  return (
    <>
      <Stat label="Equity" value={<Money value={equity} />} hint={`from ${formatMoney(balance)}`} />
      <Stat
        label="Profit"
        value={<Delta value={profit} />}
        hint={<Delta value={share} as="percent" />}
      />
      <Stat label="Cash" value={<Money value={cash} />} />
      <Stat label="Fills" value={formatNumber(fills)} hint={hint} />
    </>
  );
}

/** What is counted over the session so far; nobody knows it for a moment of the past. */
function Use({ feed, isNow }: { feed: SessionFeed; isNow: boolean }) {
  const use = useSlice(feed, ({ cost, tokens, model_seconds }) => ({
    cost,
    tokens,
    seconds: Math.round(model_seconds),
  }));
  const until = isNow ? "so far" : "of the whole session";
  return (
    <>
      <Stat
        label="Model cost"
        value={use.cost === null ? "unknown" : `$${formatMoney(use.cost)}`}
        hint={use.cost === null ? "the provider does not say" : until}
      />
      <Stat
        label="Tokens in / out"
        value={`${formatCompact(use.tokens.input)} / ${formatCompact(use.tokens.output)}`}
        hint={until}
      />
      <Stat label="Waited for the model" value={formatDuration(use.seconds)} hint={until} />
    </>
  );
}
