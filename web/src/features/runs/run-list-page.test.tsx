import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Scale } from "lucide-react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Loadable } from "@/api/loadable";
import { Problem } from "@/api/problem";
import { RunListPage } from "@/features/runs/run-list-page";
import type { Column } from "@/ui/table";

interface Run {
  id: number;
}

const place = vi.hoisted(() => ({ query: "", push: vi.fn() }));
vi.mock("next/navigation", () => ({
  useRouter: () => ({ push: place.push }),
  useSearchParams: () => new URLSearchParams(place.query),
}));

const COLUMNS: Column<Run>[] = [{ id: "id", header: "Run", cell: ({ id }) => `Run ${id}` }];

function aList(found: Loadable<{ runs: Run[]; next?: number | null }>) {
  render(
    <RunListPage
      title="Runs"
      subtitle="They run."
      icon={Scale}
      begin="Start a run"
      none={{ title: "No runs yet", text: "Start one." }}
      columns={COLUMNS}
      found={found}
      route="/run"
      Dialog={({ onStarted }) => <button onClick={() => onStarted(9)}>Go</button>}
      changed={["/api/runs"]}
    />,
  );
  return userEvent.setup();
}

function read(runs: Run[], more: { next?: number | null; stale?: boolean } = {}) {
  const { next = null, stale = false } = more;
  return { status: "ready" as const, value: { runs, next }, at: 0, stale };
}

beforeEach(() => {
  place.query = "";
  place.push.mockReset();
});

describe("a list of runs", () => {
  it("leads to each of them, and has no pages where all are here", () => {
    aList(read([{ id: 2 }, { id: 1 }]));
    expect(screen.getByRole("link", { name: "Run 2" }).getAttribute("href")).toBe("/run?id=2");
    expect(screen.queryByRole("navigation", { name: "Pages" })).toBeNull();
  });

  it("leads to older ones, and says where there are none", () => {
    aList(read([{ id: 52 }], { next: 3 }));
    const older = screen.getByRole("button", { name: "Older" });
    expect(older.hasAttribute("disabled")).toBe(false);
    expect(screen.getByRole("button", { name: "Newest" }).hasAttribute("disabled")).toBe(true);
  });

  it("says that there are none before a number, and not that there is none at all", () => {
    place.query = "before=1";
    aList(read([]));
    screen.getByText("There are none that are older");
    expect(screen.getByRole("button", { name: "Newest" }).hasAttribute("disabled")).toBe(false);
  });

  it("offers a first one where there is none, and goes where it has started", async () => {
    place.query = "start=1";
    const user = aList(read([]));
    screen.getByText("No runs yet");
    expect(screen.getAllByRole("button", { name: "Start a run" })).toHaveLength(2);
    await user.click(screen.getByRole("button", { name: "Go" }));
    expect(place.push).toHaveBeenCalledWith("/run?id=9");
  });

  it("says where what it shows is old, and why it shows nothing", () => {
    aList(read([{ id: 1 }], { stale: true }));
    screen.getByText(/may be out of date/);
    const problem = new Problem("unavailable", "the store does not answer", null, 503);
    aList({ status: "failed", problem });
    screen.getByText("the store does not answer");
  });
});
