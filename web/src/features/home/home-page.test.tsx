import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aSignIn, FakeServer } from "@/api/fake-server";
import { signedIn } from "@/api/access";
import { aTraining } from "@/api/feeds/builders";
import { queries } from "@/api/hooks";
import { aSession } from "@/features/home/builders";
import { HomePage } from "@/features/home/home-page";

vi.mock("next/navigation", () => ({ useRouter: () => ({ push: vi.fn() }) }));

const socket = vi.hoisted(() => ({
  command: vi.fn<(query: string, params: object) => Promise<unknown>>(),
  follow: vi.fn<(follower: { onFrame: (frame: object) => void }) => () => void>(),
}));
vi.mock("@/api/live", () => ({
  command: socket.command,
  connection: { follow: socket.follow },
}));

let server: FakeServer;

beforeEach(() => {
  queries.clear();
  queries.setDefaultOptions({ queries: { ...queries.getDefaultOptions().queries, retry: false } });
  socket.command.mockReset().mockResolvedValue({});
  socket.follow.mockReset().mockReturnValue(() => undefined);
  server = new FakeServer()
    .on("get /healthz", { ready: true, parts: { store: "ok" } })
    .on("get /api/bots", { bots: [], next: null })
    .on("get /api/models", { agents: [], next: null })
    .on("get /api/trainings", { trainings: [], next: null })
    .on("get /api/sessions", { sessions: [], next: null });
  signedIn(aSignIn());
});

function open() {
  render(
    <QueryClientProvider client={queries}>
      <HomePage />
    </QueryClientProvider>,
  );
}

describe("home", () => {
  it("shows a newcomer how to begin", async () => {
    open();
    expect(await screen.findByRole("button", { name: "Train a first bot" })).toBeDefined();
    expect(screen.getByRole("link", { name: "Choose everything myself" })).toHaveProperty(
      "pathname",
      "/trainings",
    );
  });

  it("says why it cannot be read, and reads again", async () => {
    server.refuses("get /api/bots", 500, { code: "internal", msg: "a mistake of ours" });
    open();
    expect((await screen.findByRole("alert")).textContent).toContain("a mistake of ours");
    server.on("get /api/bots", { bots: [], next: null });
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("button", { name: "Train a first bot" })).toBeDefined();
  });

  it("shows what runs, and pauses it right there", async () => {
    server.on("get /api/trainings", { trainings: [aTraining()], next: null });
    open();
    const panel = await screen.findByRole("region", { name: "Running now" });
    expect(within(panel).getByText("1,000 steps/s")).toBeDefined();
    await userEvent.click(within(panel).getByRole("button", { name: /^Pause Ada/ }));
    expect(socket.command).toHaveBeenCalledWith("trainings-pause", { id: 7 });
  });

  it("resumes a session that is paused", async () => {
    const paused = aSession({ state: "paused", ended_at: null });
    server.on("get /api/sessions", { sessions: [paused], next: null });
    open();
    await userEvent.click(await screen.findByRole("button", { name: /^Resume Sage/ }));
    expect(socket.command).toHaveBeenCalledWith("sessions-resume", { id: 3 });
  });

  it("follows at most four of those that run", async () => {
    const trainings = [1, 2, 3, 4, 5, 6].map((id) => aTraining({ id }));
    server.on("get /api/trainings", { trainings, next: null });
    open();
    await screen.findByRole("region", { name: "Running now" });
    expect(socket.follow).toHaveBeenCalledTimes(4);
  });

  it("says so where commands do not work", async () => {
    server
      .on("get /api/trainings", { trainings: [aTraining({ state: "finished" })], next: null })
      .refuses("get /healthz", 500, { code: "internal", msg: "the store does not answer" });
    open();
    expect(await screen.findByText("Commands do not work at the moment.")).toBeDefined();
  });
});
