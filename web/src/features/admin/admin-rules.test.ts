import { describe, expect, it } from "vitest";
import { aboutText } from "@/features/admin/audit-tab";
import { dashboardOf } from "@/features/admin/dashboard";
import { matching, type Owned } from "@/features/admin/owned";
import { deedsOf, filterOf } from "@/features/admin/user-deeds";

const verbs = (isAdmin: boolean, disabledAt: string | null) =>
  deedsOf({ email: "eve@example.com", is_admin: isAdmin, disabled_at: disabledAt }).map(
    ({ verb }) => verb,
  );

describe("what may be done with a user", () => {
  it("is the other of what he is", () => {
    expect(verbs(false, null)).toEqual(["promote", "disable"]);
    expect(verbs(true, "2026-01-01T00:00:00Z")).toEqual(["demote", "enable"]);
  });

  it("is asked of the server by one filter at a time", () => {
    expect(filterOf("all")).toEqual({});
    expect(filterOf("admins")).toEqual({ is_admin: true });
    expect(filterOf("disabled")).toEqual({ is_disabled: true });
  });
});

describe("the dashboard’s address", () => {
  it("is a link only where it is one", () => {
    expect(dashboardOf("http://127.0.0.1:8265")).toBe("http://127.0.0.1:8265/");
    expect(dashboardOf("javascript:alert(1)")).toBeNull();
    expect(dashboardOf("127.0.0.1:8265")).toBeNull();
    expect(dashboardOf(null)).toBeNull();
  });
});

describe("everybody’s runs", () => {
  it("are found by name, owner and market", () => {
    const row = (name: string, owner: string, about: string) =>
      ({ key: "Training 1", name, owner, about }) as Owned;
    const rows = [row("Ada", "eve@example.com", "EURUSD 1h"), row("Carl", "ada@x.org", "GOOGL 1d")];
    expect(matching(rows, " ADA ")).toHaveLength(2);
    expect(matching(rows, "googl")).toHaveLength(1);
    expect(matching(rows, "")).toHaveLength(2);
  });
});

describe("what an audit entry is about", () => {
  it("is written in pairs, without what is not there", () => {
    expect(aboutText({ email: "a@b.c", state: null, states: ["running"] })).toBe(
      'email a@b.c, states ["running"]',
    );
  });
});
