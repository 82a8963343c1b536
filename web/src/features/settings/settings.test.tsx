import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "@/api/fake-server";
import { queries } from "@/api/hooks";
import { usePreferences } from "@/lib/preferences";
import { AppearancePanel } from "@/features/settings/appearance-panel";
import { keyFaults } from "@/features/settings/key-rules";
import { KeysPanel } from "@/features/settings/keys-panel";
import { NotificationsPanel } from "@/features/settings/notifications-panel";
import { PasswordForm } from "@/features/settings/password-form";

const KEY = {
  provider: "openrouter",
  base_url: "https://openrouter.ai/api/v1",
  last_four: "9f2c",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};

let server: FakeServer;

beforeEach(() => {
  queries.clear();
  server = new FakeServer().on("get /api/keys", { keys: [] });
});

function show(children: ReactNode) {
  render(<QueryClientProvider client={queries}>{children}</QueryClientProvider>);
}

describe("keys", () => {
  it("are kept, and leave the form at once", async () => {
    server.on("put /api/keys/openrouter", KEY);
    show(<KeysPanel />);
    await userEvent.type(screen.getByLabelText("Key"), "sk-or-v1-secret");
    await userEvent.click(screen.getByRole("button", { name: "Keep the key" }));
    expect(await screen.findByText("The key of openrouter is kept.")).toBeDefined();
    expect(server.changes).toEqual([
      { what: "put /api/keys/openrouter", body: { key: "sk-or-v1-secret", base_url: null } },
    ]);
    expect(screen.getByLabelText("Key")).toHaveProperty("value", "");
  });

  it("show the server’s refusal at its field", async () => {
    const msg = "the operator does not allow this address";
    server.refuses("put /api/keys/openrouter", 403, { code: "forbidden", msg, field: "base_url" });
    show(<KeysPanel />);
    await userEvent.type(screen.getByLabelText("Key"), "sk-or-v1-secret");
    await userEvent.type(screen.getByLabelText("Address"), "https://example.com/v1");
    await userEvent.click(screen.getByRole("button", { name: "Keep the key" }));
    expect(await screen.findByText(msg)).toBeDefined();
    expect(screen.getByLabelText("Address").getAttribute("aria-invalid")).toBe("true");
  });

  it("are deleted after the consequence was read", async () => {
    server.on("get /api/keys", { keys: [KEY] }).on("delete /api/keys/openrouter", { done: true });
    show(<KeysPanel />);
    expect(await screen.findByText("…9f2c")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Delete the key of openrouter" }));
    const dialog = await screen.findByRole("alertdialog");
    expect(dialog.textContent).toContain("cannot start another session");
    await userEvent.click(within(dialog).getByRole("button", { name: "Delete the key" }));
    await waitFor(() => expect(server.changes).toHaveLength(1));
  });

  it("need a name and an address where the provider is not known", () => {
    const draft = { known: "another", other: "My Provider", key: "abcd", baseUrl: "" };
    expect(keyFaults(draft)).toEqual({
      provider: "A name of small letters, digits, - and _.",
      key: null,
      base_url: "An address is needed.",
    });
    const good = { ...draft, other: "mine", baseUrl: "http://127.0.0.1:11434/v1" };
    expect(Object.values(keyFaults(good))).toEqual([null, null, null]);
  });
});

describe("the password", () => {
  it("is changed, also where there is none yet", async () => {
    server.on("put /api/auth/password", { done: true });
    show(<PasswordForm email="ada@example.com" />);
    await userEvent.type(screen.getByLabelText("New password"), "correct horse battery");
    await userEvent.click(screen.getByRole("button", { name: "Change the password" }));
    expect(await screen.findByText(/The password is changed/)).toBeDefined();
    expect(server.changes[0]?.body).toEqual({ current: null, new: "correct horse battery" });
  });

  it("is judged before it is sent", async () => {
    show(<PasswordForm email="ada@example.com" />);
    await userEvent.type(screen.getByLabelText("New password"), "short");
    await userEvent.click(screen.getByRole("button", { name: "Change the password" }));
    expect(screen.getByText("A password has 10 to 128 characters.")).toBeDefined();
    expect(server.changes).toEqual([]);
  });
});

describe("the appearance", () => {
  it("changes at once", async () => {
    render(<AppearancePanel />);
    await userEvent.click(screen.getByRole("radio", { name: "Dark" }));
    await userEvent.click(screen.getByRole("radio", { name: /Colour-blind/ }));
    expect(usePreferences.getState()).toMatchObject({ theme: "dark", colours: "colour-blind" });
  });
});

describe("notifications", () => {
  it("ask the browser only when they are wanted, and say so where it refuses", async () => {
    const requestPermission = vi.fn(() => Promise.resolve("denied"));
    vi.stubGlobal("Notification", { permission: "default", requestPermission });
    act(() => usePreferences.setState({ notifications: false }));
    render(<NotificationsPanel />);
    expect(requestPermission).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole("switch"));
    expect(await screen.findByText(/The browser does not allow it/)).toBeDefined();
    expect(usePreferences.getState().notifications).toBe(false);
  });
});
