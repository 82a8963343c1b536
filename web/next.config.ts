import type { NextConfig } from "next";

/** Where a development server finds the platform; the export is served by the platform itself. */
const platform = process.env.PLATFORM_URL ?? "http://127.0.0.1:8080";
const developing = process.env.NODE_ENV === "development";

const config: NextConfig = {
  ...(developing ? {} : { output: "export" as const }),
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  devIndicators: false,
  ...(developing && {
    rewrites: () =>
      Promise.resolve(
        ["/api/:path*", "/ws", "/ws/:path*", "/healthz"].map((source) => ({
          source,
          destination: `${platform}${source}`,
        })),
      ),
  }),
};

export default config;
