import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Providers } from "@/features/shell/providers";
import { preferencesScript } from "@/lib/preferences-script";
import "./globals.css";

export const metadata: Metadata = {
  title: "AIBT",
  description: "Train and run trading bots and agents, live",
  icons: { icon: "/icon.svg" },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#12161f" },
  ],
};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: preferencesScript }} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
