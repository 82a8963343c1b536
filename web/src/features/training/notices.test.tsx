import { render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { Connection } from "@/api/connection";
import { FakeSurroundings, settled } from "@/api/fakes";
import { aLoad, aTraining } from "@/api/feeds/builders";
import { TrainingFeed } from "@/api/feeds/training-feed";
import * as live from "@/api/live";
import { Problem } from "@/api/problem";
import type { Training } from "@/api/types";
import { Notices } from "./notices";

async function shown(changes: Partial<Training>, isLost = false) {
  const since = Date.now() - 90_000;
  const problem = new Problem("unreachable", "The connection is lost.");
  vi.spyOn(live, "useConnection").mockReturnValue(
    isLost ? { state: "lost", since, problem } : { state: "open", since },
  );
  const backend = {
    read: () => Promise.resolve(aTraining(changes)),
    load: () => Promise.resolve(aLoad()),
    events: () => Promise.resolve([]),
  };
  const feed = new TrainingFeed(7, backend, new Connection(new FakeSurroundings()));
  await feed.open();
  await settled();
  render(<Notices feed={feed} />);
  return feed;
}

describe("the notice of a training's state", () => {
  it("says that it is paused and that nothing moves", async () => {
    await shown({ state: "paused", reason: "you said so" });
    expect(screen.getByText("Paused")).toBeTruthy();
    expect(
      screen.getByText(
        "you said so. No step is run, and the numbers stand still until you resume.",
      ),
    ).toBeTruthy();
  });

  it("says that the connection is lost and how old the figures are", async () => {
    await shown({ state: "running" }, true);
    expect(screen.getByText("Lost, trying again")).toBeTruthy();
    expect(screen.getByText("1 min ago")).toBeTruthy();
    expect(screen.queryByText("Running")).toBeNull();
  });

  it("leaves what has ended as it is when the connection is lost", async () => {
    await shown({ state: "finished" }, true);
    expect(screen.getByText("Finished")).toBeTruthy();
  });

  it("says why it has failed", async () => {
    await shown({ state: "failed", reason: "no bars" });
    expect(screen.getByText("no bars. The event log says what went wrong.")).toBeTruthy();
  });
});
