import { QueryClientProvider } from "@tanstack/react-query";
import { act, configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "@/api/connection";
import { FakeSurroundings, settled } from "@/api/fakes";
import { PopulationFeed } from "@/api/feeds/population-feed";
import { FEED_OPTIONS } from "@/api/feeds/run-feed";
import { queries } from "@/api/hooks";
import { Problem } from "@/api/problem";
import { aMember, aPopulation } from "@/features/populations/builders";
import { PopulationPage } from "@/features/populations/population-page";

const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn(), patch: vi.fn() }));
const live = vi.hoisted(() => ({ feed: null as unknown }));
vi.mock("@/api/rest", () => server);
vi.mock("@/api/live", async (importActual) => ({
  ...(await importActual<object>()),
  usePopulation: () => live.feed,
}));
vi.mock("next/navigation", () => ({
  useSearchParams: () => new URLSearchParams("id=3"),
  useRouter: () => ({ push: vi.fn() }),
}));

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

const EXPLOIT = {
  id: 3,
  number: 2,
  kind: "exploit",
  member: 1,
  source: 2,
  episode: 10,
  step: 4_000,
  changes: { lr: 0.002 },
  scores: { "1": 0.1, "2": 0.3 },
};

let world: FakeSurroundings;

/** Show a population, and return what the server says of it from then on. */
async function aPage(population = aPopulation()) {
  world = new FakeSurroundings();
  const backend = { read: () => Promise.resolve(population), events: () => Promise.resolve([]) };
  const feed = new PopulationFeed(3, backend, new Connection(world), FEED_OPTIONS);
  live.feed = feed;
  await feed.open();
  await settled();
  world.sockets.at(-1)?.opens();
  const id = world.sockets.at(-1)?.sent[0]?.id ?? "";
  const says = (kind: string, data: object, seq?: number) =>
    act(() => world.socket.says({ id, inner_task: kind, data, seq }));
  render(
    <QueryClientProvider client={queries}>
      <PopulationPage />
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), says };
}

beforeEach(() => {
  queries.clear();
  for (const call of Object.values(server)) call.mockReset().mockResolvedValue(aPopulation());
});

describe("the page of a population", () => {
  it("shows its members with their scores, and leads to the training and the bot of each", async () => {
    await aPage();
    const table = within(await screen.findByRole("table", { name: "Members" }));
    const to = (name: string) => table.getByRole("link", { name }).getAttribute("href");
    expect(to("Member 1")).toBe("/training?id=11");
    expect(to("Tides 1")).toBe("/bot?name=Tides%201");
    table.getByText("Pinned");
    const best = screen.getByText("Best on validation").nextElementSibling;
    expect(best?.textContent).toContain("Member 2");
  });

  it("tells what the search does as it happens, the newest first", async () => {
    const { says } = await aPage();
    says("step", EXPLOIT, 3);
    says("search", { id: 3, members: [1], mark: "pinned" }, 4);
    const panel = within(screen.getByRole("region", { name: "Steps of the search" }));
    await panel.findByText(/Member 1 takes over what member 2 has learned/);
    const lines = panel.getAllByRole("listitem").map((each) => each.textContent);
    expect(lines[0]).toContain("Member 1 is pinned.");
    expect(lines[1]).toContain("Exploit");
    expect(world.socket.sent[0]).toMatchObject({ query: "populations-watch", params: { id: 3 } });
  });

  it("shows its members as they are", async () => {
    const { says } = await aPage();
    const { id, state, searching, steps_taken, cursor } = aPopulation();
    const members = [aMember({ score: 0.5 }), aMember({ member: 2, state: "stopped" })];
    says("status", { id, state, searching, steps_taken, members, cursor });
    await screen.findByText("1 have not ended");
    const best = screen.getByText("Best on validation").nextElementSibling;
    expect(best?.textContent).toContain("Member 1");
  });

  it("pins those that are chosen", async () => {
    const { user } = await aPage();
    await user.click(await screen.findByRole("checkbox", { name: /member 1/ }));
    await user.click(screen.getByRole("button", { name: "Pin" }));
    await waitFor(() =>
      expect(server.patch.mock.calls[0]?.[1]).toMatchObject({
        path: { population_id: 3 },
        body: { mark: "pinned", members: [1] },
      }),
    );
  });

  it("lets the search rest, and says why where that is refused", async () => {
    server.patch.mockRejectedValue(new Problem("training_ended", "it has ended", "id", 409));
    const { user } = await aPage();
    await user.click(await screen.findByRole("switch", { name: "The search takes steps" }));
    expect(server.patch.mock.calls[0]?.[1].body).toEqual({ searching: false, members: [] });
    await screen.findByText("it has ended");
  });

  it("stops all of its members, once that is confirmed", async () => {
    const { user } = await aPage();
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    screen.getByText("Every member ends for good. Their best weights and histories stay.");
    await user.click(screen.getByRole("button", { name: "Stop Tides" }));
    await waitFor(() => expect(server.post).toHaveBeenCalled());
    expect(server.post.mock.calls[0]?.[0]).toBe("/api/populations/{population_id}/stop");
  });

  it("has nothing to mark where they do not search, or have ended", async () => {
    await aPage(aPopulation({ search: null, state: "finished" }));
    await screen.findByRole("table", { name: "Members" });
    expect(screen.queryByRole("button", { name: "Pin" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
    expect(screen.queryByRole("switch")).toBeNull();
  });
});
