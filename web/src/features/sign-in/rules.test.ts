import { describe, expect, it } from "vitest";
import { emailFault, passwordFault, passwordRules } from "@/features/sign-in/rules";

describe("the rules of a new password", () => {
  it("want ten to 128 characters", () => {
    expect(passwordFault("short", "ada@example.com")).toBe("A password has 10 to 128 characters.");
    expect(passwordFault("x".repeat(129), "ada@example.com")).not.toBeNull();
    expect(passwordFault("x".repeat(10), "ada@example.com")).toBeNull();
  });

  it("do not take the e-mail, nor its name", () => {
    expect(passwordFault(" ADA@Example.com ", "ada@example.com")).toMatch(/is not your e-mail/);
    expect(passwordFault("ada.lovelace", "Ada.Lovelace@example.com")).not.toBeNull();
  });

  it("are not met by nothing", () => {
    expect(passwordRules("", "").map(({ isMet }) => isMet)).toEqual([false, false]);
    expect(passwordFault("", "")).toBe("A password is needed.");
  });
});

describe("an e-mail", () => {
  it("may be that of a laptop", () => {
    expect(emailFault("local@localhost")).toBeNull();
  });

  it("is needed, and has one sign of at", () => {
    expect(emailFault(" ")).toBe("An e-mail is needed.");
    expect(emailFault("ada")).not.toBeNull();
    expect(emailFault("ada@@example.com")).not.toBeNull();
  });
});
