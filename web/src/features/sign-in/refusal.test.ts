import { describe, expect, it } from "vitest";
import { Problem } from "@/api/problem";
import { adviceOn, adviceOnLink } from "@/features/sign-in/refusal";

describe("what to do about a refused sign-in", () => {
  it("names the command that puts the e-mail on the list", () => {
    const advice = adviceOn(new Problem("not_listed", "…"), " eve@example.com ");
    expect(advice?.shell).toBe("aibt users allow eve@example.com");
  });

  it("puts nothing into the command that a shell would run", () => {
    const advice = adviceOn(new Problem("not_listed", "…"), "$(reboot)@example.com");
    expect(advice?.shell).toBe("aibt users allow you@example.com");
  });

  it("leaves a wrong password to the server's sentence", () => {
    expect(adviceOn(new Problem("bad_credentials", "…"), "")).toBeNull();
  });

  it("names the command that prints another link for one that is used up", () => {
    expect(adviceOnLink(new Problem("not_signed_in", "…"))?.shell).toBe("aibt users link");
    expect(adviceOnLink(new Problem("user_disabled", "…"))?.shell).toBeUndefined();
  });
});
