import { describe, expect, it } from "vitest";
import { Problem, unreachable } from "@/api/problem";
import { Attempt } from "@/features/bots/attempt";

function anAttempt() {
  let count = 0;
  const attempt = new Attempt(() => `id-${(count += 1)}`);
  return {
    /** Send it, and return the id that it was sent by. */
    send: (content: unknown) => attempt.once(content, (id) => Promise.resolve(id)),
    fail: async (content: unknown, problem: Problem) => {
      let sentBy = "";
      const send = (id: string) => {
        sentBy = id;
        return Promise.reject(problem);
      };
      await expect(attempt.once(content, send)).rejects.toBe(problem);
      return sentBy;
    },
  };
}

describe("an attempt to send something", () => {
  it("keeps its id while it is not known what became of it", async () => {
    const { send, fail } = anAttempt();
    expect(await fail({ symbol: "EURUSD" }, unreachable())).toBe("id-1");
    expect(await send({ symbol: "EURUSD" })).toBe("id-1");
  });

  it("has another id for other content", async () => {
    const { send, fail } = anAttempt();
    await fail({ symbol: "EURUSD" }, unreachable());
    expect(await send({ symbol: "GOOGL" })).toBe("id-2");
  });

  it("has another id after a refusal, which the server would repeat", async () => {
    const { send, fail } = anAttempt();
    await fail("same", new Problem("bot_busy", "Ada is busy", "bot_name", 409));
    expect(await send("same")).toBe("id-2");
  });

  it("has another id once it was done", async () => {
    const { send } = anAttempt();
    await send("same");
    expect(await send("same")).toBe("id-2");
  });
});
