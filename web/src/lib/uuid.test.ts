import { afterEach, describe, expect, it, vi } from "vitest";
import { uuid } from "./uuid";

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

afterEach(() => vi.unstubAllGlobals());

describe("a random UUID", () => {
  it("has its form, and is never the same", () => {
    expect(uuid()).toMatch(FORM);
    expect(uuid()).not.toBe(uuid());
  });

  it("is made of random bytes where the page came by plain http", () => {
    const getRandomValues = crypto.getRandomValues.bind(crypto);
    vi.stubGlobal("crypto", { getRandomValues });
    expect(uuid()).toMatch(FORM);
    expect(uuid()).not.toBe(uuid());
  });
});
