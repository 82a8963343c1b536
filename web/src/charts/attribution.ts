/** What the licence of the price chart's library asks to be shown where its users can read it. */
export const ATTRIBUTION = {
  text: "TradingView Lightweight Charts™. Copyright (c) 2025 TradingView, Inc.",
  href: "https://www.tradingview.com/",
} as const;
