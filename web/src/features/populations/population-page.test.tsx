import { QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { queries } from "@/api/hooks";
import { Problem } from "@/api/problem";
import { aPopulation } from "@/features/populations/builders";
import { PopulationPage } from "@/features/populations/population-page";

const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn(), patch: vi.fn() }));
vi.mock("@/api/rest", () => server);
vi.mock("next/navigation", () => ({
  useSearchParams: () => new URLSearchParams("id=3"),
  useRouter: () => ({ push: vi.fn() }),
}));

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

const EVENTS = [
  {
    seq: 1,
    kind: "step",
    at: "2026-01-01T00:00:00Z",
    data: { id: 3, number: 1, kind: "exploit", member: 1, source: 2, changes: { lr: 0.002 } },
  },
  {
    seq: 2,
    kind: "search",
    at: "2026-01-01T00:00:01Z",
    data: { id: 3, members: [2], mark: "pinned" },
  },
];

let population = aPopulation();

function aPage() {
  render(
    <QueryClientProvider client={queries}>
      <PopulationPage />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

beforeEach(() => {
  queries.clear();
  population = aPopulation();
  for (const call of Object.values(server)) call.mockReset().mockResolvedValue({});
  server.get.mockImplementation((path: string) =>
    Promise.resolve(path.endsWith("/events") ? { events: EVENTS, cursor: 2 } : population),
  );
});

describe("the page of a population", () => {
  it("shows its members with their scores, and leads to the training of each", async () => {
    aPage();
    const table = within(await screen.findByRole("table", { name: "Members" }));
    expect(table.getByRole("link", { name: /^1/ }).getAttribute("href")).toBe("/training?id=11");
    table.getByText("Pinned");
    screen.getByText("Member 2");
  });

  it("tells what the search did, the newest first", async () => {
    aPage();
    const panel = within(await screen.findByRole("region", { name: "Steps of the search" }));
    await panel.findByText(/Member 1 takes over what member 2 has learned/);
    const lines = panel.getAllByRole("listitem").map((each) => each.textContent);
    expect(lines[0]).toContain("Member 2 is pinned.");
    expect(lines[1]).toContain("Exploit");
  });

  it("pins those that are chosen", async () => {
    const user = aPage();
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
    const user = aPage();
    await user.click(await screen.findByRole("switch", { name: "The search takes steps" }));
    expect(server.patch.mock.calls[0]?.[1].body).toEqual({ searching: false, members: [] });
    await screen.findByText("it has ended");
  });

  it("stops all of its members, once that is confirmed", async () => {
    const user = aPage();
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    screen.getByText("Every member ends for good. Their best weights and histories stay.");
    await user.click(screen.getByRole("button", { name: "Stop Tides" }));
    await waitFor(() => expect(server.post).toHaveBeenCalled());
    expect(server.post.mock.calls[0]?.[0]).toBe("/api/populations/{population_id}/stop");
  });

  it("has nothing to mark where they do not search, or have ended", async () => {
    population = aPopulation({ search: null, state: "finished" });
    aPage();
    await screen.findByRole("table", { name: "Members" });
    expect(screen.queryByRole("button", { name: "Pin" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
    expect(screen.queryByRole("switch")).toBeNull();
  });
});
