"use client";

import { useEffect } from "react";
import { create } from "zustand";
import { preferencesKey } from "./preferences-script";

const choices = {
  theme: ["system", "light", "dark"],
  colours: ["usual", "inverted", "colour-blind"],
  zone: ["utc", "local"],
} as const;

export type Preferences = {
  theme: (typeof choices.theme)[number];
  colours: (typeof choices.colours)[number];
  zone: (typeof choices.zone)[number];
  notifications: boolean;
};

export const defaultPreferences: Preferences = {
  theme: "system",
  colours: "usual",
  zone: "utc",
  notifications: false,
};

/** Return what was stored, with the default in place of whatever cannot be read. */
export function readPreferences(text: string | null): Preferences {
  let stored: unknown = null;
  try {
    stored = JSON.parse(text ?? "null");
  } catch {
    return defaultPreferences;
  }
  if (typeof stored !== "object" || stored === null) return defaultPreferences;
  const found = stored as Record<string, unknown>;
  return {
    theme: choices.theme.find((each) => each === found.theme) ?? defaultPreferences.theme,
    colours: choices.colours.find((each) => each === found.colours) ?? defaultPreferences.colours,
    zone: choices.zone.find((each) => each === found.zone) ?? defaultPreferences.zone,
    notifications: found.notifications === true,
  };
}

/** Storage may be closed to us, in private windows for one: then preferences last as long as the page. */
function stored(): Preferences {
  try {
    return readPreferences(localStorage.getItem(preferencesKey));
  } catch {
    return defaultPreferences;
  }
}

export const usePreferences = create<Preferences>(() => defaultPreferences);

export function setPreferences(change: Partial<Preferences>): void {
  usePreferences.setState(change);
  try {
    localStorage.setItem(preferencesKey, JSON.stringify(usePreferences.getState()));
  } catch {
    // nothing to keep them in
  }
}

function show({ theme, colours }: Preferences): void {
  const dark = theme === "dark" || (theme === "system" && prefersDark().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.dataset.colours = colours;
}

function prefersDark(): MediaQueryList {
  return matchMedia("(prefers-color-scheme: dark)");
}

/** Keeps the page as the preferences say, also when they change in another tab or in the system. */
export function PreferencesKeeper(): null {
  useEffect(() => {
    const read = () => usePreferences.setState(stored());
    const repaint = () => show(usePreferences.getState());
    const onStorage = (event: StorageEvent) => {
      if (event.key === preferencesKey || event.key === null) read();
    };
    const unsubscribe = usePreferences.subscribe(show);
    const system = prefersDark();
    read();
    addEventListener("storage", onStorage);
    system.addEventListener("change", repaint);
    return () => {
      unsubscribe();
      removeEventListener("storage", onStorage);
      system.removeEventListener("change", repaint);
    };
  }, []);
  return null;
}
