import { QueryClientProvider } from "@tanstack/react-query";
import { act, configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "@/api/connection";
import { FakeSurroundings, settled } from "@/api/fakes";
import { EvaluationFeed } from "@/api/feeds/evaluation-feed";
import { FEED_OPTIONS } from "@/api/feeds/run-feed";
import { queries } from "@/api/hooks";
import { Problem } from "@/api/problem";
import { anEvaluation, aReport } from "@/features/evaluations/builders";
import { EvaluationPage } from "@/features/evaluations/evaluation-page";

const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn(), query: "id=7" }));
vi.mock("@/api/rest", () => ({ get: server.get, post: server.post }));
const live = vi.hoisted(() => ({ feed: null as unknown }));
vi.mock("@/api/live", async (importActual) => ({
  ...(await importActual<object>()),
  useEvaluation: (id: number | null) => (id === null ? null : live.feed),
}));
vi.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(server.query) }));
vi.mock("@/charts/lazy", () => ({
  LineChart: ({ label }: { label: string }) => <div role="img" aria-label={label} />,
}));

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

let evaluation = anEvaluation();
let report: object = aReport();

/** Show an evaluation, and return what the server says of it from then on. */
async function aPage() {
  const world = new FakeSurroundings();
  const backend = {
    read: () => server.get("/api/evaluations/{evaluation_id}"),
    events: () => Promise.resolve([]),
  };
  const feed = new EvaluationFeed(7, backend, new Connection(world), FEED_OPTIONS);
  live.feed = feed;
  await feed.open();
  await settled();
  world.sockets.at(-1)?.opens();
  const id = world.sockets.at(-1)?.sent[0]?.id ?? "";
  const says = (kind: string | null, data: object, seq?: number, done = false) =>
    act(() => world.socket.says({ id, inner_task: kind, data, seq, done }));
  render(
    <QueryClientProvider client={queries}>
      <EvaluationPage />
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), says };
}

beforeEach(() => {
  queries.clear();
  evaluation = anEvaluation();
  report = aReport();
  server.query = "id=7";
  server.post.mockReset().mockResolvedValue(anEvaluation());
  server.get
    .mockReset()
    .mockImplementation((path: string) =>
      Promise.resolve(path.endsWith("/report") ? { id: 7, report } : evaluation),
    );
});

describe("the page of an evaluation", () => {
  it("says its verdict first, with the checks that it rests on", async () => {
    await aPage();
    const panel = within(await screen.findByRole("region", { name: "Verdict" }));
    panel.getByText("DQN is no better than buy-and-hold.");
    const checks = within(panel.getByRole("list", { name: "Checks" })).getAllByRole("listitem");
    expect(checks.map((each) => each.textContent)).toEqual([
      "There are enough bars.",
      "Its excess may be luck.",
    ]);
    panel.getByRole("img", { name: "Not passed" });
  });

  it("draws what could be reached, and what nobody can reach only on demand", async () => {
    const { user } = await aPage();
    await screen.findByRole("img", { name: "Equity of DQN, Buy and hold on GOOGL" });
    await user.click(screen.getByRole("switch", { name: "Hindsight beside them" }));
    screen.getByRole("img", { name: "Equity of DQN, Buy and hold, Hindsight on GOOGL" });
  });

  it("has a table of the algorithms, one of the baselines, and one of the test parts", async () => {
    await aPage();
    const algorithms = within(await screen.findByRole("table", { name: "Algorithms" }));
    algorithms.getByText("Not better");
    algorithms.getByText("95%: −20.00% to +40.00%");
    within(screen.getByRole("table", { name: "What needs no learning" })).getByText("A bound");
    const parts = within(screen.getByRole("table", { name: "DQN by test part" }));
    expect(parts.getAllByRole("row")).toHaveLength(3);
  });

  it("shows how far one is that goes on, and no report", async () => {
    evaluation = anEvaluation({
      state: "running",
      share: 0.25,
      units_done: 2,
      seconds_left: 120,
      doing: "trains dqn on part 1",
    });
    await aPage();
    await screen.findByText("trains dqn on part 1");
    screen.getByText(/2 of 8 trainings are judged, about/);
    expect(screen.queryByRole("region", { name: "Verdict" })).toBeNull();
  });

  it("says how far it is as it goes on, and shows its report by itself", async () => {
    const running = { ...anEvaluation({ state: "running", better: null, verdict: null }) };
    evaluation = { ...running, units_done: 2, share: 0.25 };
    const { says } = await aPage();
    const { id, state, units, share, doing, seconds_left, better, confidence, verdict, cursor } =
      running;
    const figures = { id, state, units, share, doing, seconds_left, better, confidence, verdict };
    says("status", { ...figures, units_done: 5, cursor });
    await screen.findByText(/^5 of 8 trainings are judged/);
    says("state", { id: 7, state: "recovering", reason: "its process was lost" }, cursor + 1);
    await screen.findByText("its process was lost");
    says(null, anEvaluation({ cursor: cursor + 1 }), undefined, true);
    await screen.findByRole("region", { name: "Verdict" });
  });

  it("lists each training as it is judged, and those of before again after a reload", async () => {
    evaluation = anEvaluation({ state: "running", better: null, verdict: null, cursor: 2 });
    const { says } = await aPage();
    await screen.findByText("None is judged yet.");
    const unit = { id: 7, algorithm: "dqn", trades: 3, episodes: 9 };
    says("unit", { ...unit, seed: 1, fold: 1, total_return: 0.1 }, 1); // told before it was read
    says("unit", { ...unit, seed: 2, fold: 1, total_return: -0.02 }, 3);
    const rows = within(await screen.findByRole("table", { name: "Judged so far" }));
    const lines = rows.getAllByRole("row").map((each) => each.textContent);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain("−2.00%");
    expect(lines[2]).toContain("+10.00%");
    const standing = screen.getByRole("progressbar", { name: "DQN" });
    expect(standing.getAttribute("aria-valuetext")).toBe("2 of 4");
  });

  it("keeps what was judged where it ended without a report", async () => {
    evaluation = anEvaluation({ state: "stopped", better: null, verdict: null, cursor: 1 });
    const { says } = await aPage();
    const unit = { id: 7, algorithm: "dqn", seed: 1, fold: 2, trades: 3, episodes: 9 };
    says("unit", { ...unit, total_return: null }, 1);
    await screen.findByRole("table", { name: "Judged so far" });
    expect(screen.queryByText(/trainings are judged/)).toBeNull();
  });

  it("says what stopping means before it stops", async () => {
    evaluation = anEvaluation({ state: "running" });
    const { user } = await aPage();
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    screen.getByText("It ends for good, without a report.");
    await user.click(screen.getByRole("button", { name: "Stop evaluation 7" }));
    await waitFor(() =>
      expect(server.post).toHaveBeenCalledWith(
        "/api/evaluations/{evaluation_id}/stop",
        expect.objectContaining({ path: { evaluation_id: 7 } }),
      ),
    );
  });

  it("says so where there is none, and where its report is of another version", async () => {
    report = {};
    await aPage();
    await screen.findByText(/of another version/);

    queries.clear();
    server.get.mockRejectedValue(new Problem("not_found", "there is no evaluation 7", "id", 404));
    await aPage();
    await screen.findByText("There is no such evaluation");
  });

  it("asks for one where the address names none", async () => {
    server.query = "";
    await aPage();
    screen.getByText("No evaluation is chosen");
  });
});
