import { describe, expect, it } from "vitest";
import { copyName, freeName, nameFault } from "@/features/bots/names";

describe("the name of a new bot", () => {
  it("is the first of a few that is free", () => {
    expect(freeName([])).toBe("Ada");
    expect(freeName(["Ada", "Curie"])).toBe("Bell");
  });

  it("has a number once all of them are taken", () => {
    const taken = ["Ada", "Bell", "Curie", "Darwin", "Euler", "Fermat", "Gauss", "Hypatia"];
    expect(freeName([...taken, "Bot 2"])).toBe("Bot 3");
  });

  it("counts on for a copy", () => {
    expect(copyName("Ada", ["Ada"])).toBe("Ada 2");
    expect(copyName("Ada 2", ["Ada", "Ada 2"])).toBe("Ada 3");
  });

  it("stays within what the server allows", () => {
    expect(copyName("x".repeat(64), [])).toHaveLength(64);
  });

  it("is refused while typing if it has another form or is taken", () => {
    expect(nameFault("", [])).toBe("Name is needed.");
    expect(nameFault("-Ada", [])).toContain("begin with a letter or a digit");
    expect(nameFault("Ada ", ["Ada"])).toBe("You have a bot named Ada already.");
    expect(nameFault("Ada", ["Bob"])).toBeNull();
  });
});
