import { QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aTraining } from "@/api/feeds/builders";
import { queries } from "@/api/hooks";
import { Problem, unreachable } from "@/api/problem";
import type { Bot } from "@/api/types";
import { twoAlgorithms } from "@/features/algorithms/builders";
import { aBot } from "@/features/bots/builders";
import { answerToStart } from "@/features/start-training/builders";
import StartTrainingForm from "@/features/start-training/start-training-form";

const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn(), push: vi.fn(), query: "" }));

vi.mock("@/api/rest", () => ({ get: server.get, post: server.post }));
vi.mock("next/navigation", () => ({
  useRouter: () => ({ push: server.push }),
  useSearchParams: () => new URLSearchParams(server.query),
}));

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

const DAY_MS = 86_400_000;
const times = Array.from({ length: 1_000 }, (_, index) => new Date(index * DAY_MS).toISOString());

let bots: Bot[];

function answer(path: string, asked: { query?: Record<string, string> }): unknown {
  switch (path) {
    case "/api/bots":
      return { bots, next: null };
    case "/api/algorithms":
      return twoAlgorithms({ environments: "It collects nothing." });
    case "/api/symbols":
      return answerToStart(path, asked);
    default:
      return { ...asked.query, date_range: times, closes: times.map((_, index) => index) };
  }
}

async function aForm() {
  const onOpenChange = vi.fn();
  render(
    <QueryClientProvider client={queries}>
      <StartTrainingForm onOpenChange={onOpenChange} />
    </QueryClientProvider>,
  );
  await screen.findByRole("img", { name: /Closing prices/ });
  return {
    onOpenChange,
    user: userEvent.setup(),
    start: screen.getByRole("button", { name: "Start training" }),
  };
}

/** What was sent to this path, with its id. */
function sent(path: string): { body: object; id: string }[] {
  return server.post.mock.calls.filter(([to]) => to === path).map(([, asked]) => asked);
}

beforeEach(() => {
  queries.clear();
  bots = [aBot()];
  server.query = "";
  server.push.mockReset();
  server.get.mockReset().mockImplementation((path, asked) => Promise.resolve(answer(path, asked)));
  server.post
    .mockReset()
    .mockImplementation((path, { body }) =>
      Promise.resolve(path === "/api/bots" ? aBot(body) : aTraining({ id: 7 })),
    );
});

describe("the start dialog", () => {
  it("starts at once, as it is, and goes to the training", async () => {
    const { user, start, onOpenChange } = await aForm();
    await user.click(start);

    await waitFor(() => expect(server.push).toHaveBeenCalledWith("/training?id=7"));
    expect(onOpenChange).toHaveBeenCalledWith(false);
    expect(sent("/api/bots")).toEqual([]);
    expect(sent("/api/trainings")).toEqual([
      {
        body: {
          bot_name: "Ada",
          symbol: "EURUSD",
          period: "1h",
          source: "sample",
          train_data_percentage: 80,
          balance: 10_000,
          min_episodes: 10,
          max_episodes: 50,
          batch_size: 64,
          fresh: false,
        },
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
  });

  it("offers each algorithm with what it does, and says what another one brings with it", async () => {
    bots = [aBot({ trained: true })];
    const { user, start } = await aForm();
    const other = screen.getByRole("radio", { name: "other" });
    screen.getByText("Learns from every action.");
    expect(screen.getByRole("radio", { name: "DQN" }).getAttribute("aria-checked")).toBe("true");
    expect(screen.queryByText(/forgets/)).toBeNull();
    expect(screen.queryByText(/collects nothing/)).toBeNull();

    await user.click(other);
    screen.getByText(
      "Ada learns by other from this training on, and forgets all that it has learned by DQN.",
    );
    screen.getByText(/It begins with new weights, which will replace what Ada has learned/);
    screen.getByText("Means nothing to other. It collects nothing.");
    await user.click(start);
    await waitFor(() => expect(server.push).toHaveBeenCalled());
    expect(sent("/api/trainings")[0]?.body).toMatchObject({ algorithm: "other" });
  });

  it("offers each encoder with what it does, where the algorithm can take it", async () => {
    bots = [aBot({ trained: true, algorithm: "other" })];
    const { user, start } = await aForm();
    screen.getByText("Reads many bars.");
    expect(screen.queryByText(/Its network is its own/)).toBeNull();

    await user.click(screen.getByRole("radio", { name: "Convolution" }));
    screen.getByText(
      "Ada reads the bars by Convolution from this training on, and forgets all that it has learned by MLP.",
    );
    await user.click(screen.getByRole("radio", { name: "DQN" }));
    screen.getByText("Means nothing to DQN. Its network is its own.");
    expect(screen.getByRole("radio", { name: "MLP" }).getAttribute("aria-checked")).toBe("true");
    expect(screen.getByRole("radio", { name: "Convolution" })).toHaveProperty("disabled", true);
    await user.click(screen.getByRole("radio", { name: "other" }));
    await user.click(screen.getByRole("radio", { name: "Convolution" }));
    await user.click(start);
    await waitFor(() => expect(server.push).toHaveBeenCalled());
    expect(sent("/api/trainings")[0]?.body).toMatchObject({ encoder: "conv" });
    expect(sent("/api/trainings")[0]?.body).not.toHaveProperty("algorithm");
  });

  it("makes a new bot that learns as was chosen", async () => {
    bots = [];
    const { user, start } = await aForm();
    await user.click(screen.getByRole("radio", { name: "other" }));
    await user.click(screen.getByRole("radio", { name: "Convolution" }));
    await user.click(start);
    await waitFor(() => expect(server.push).toHaveBeenCalled());
    expect(sent("/api/bots")[0]?.body).toMatchObject({ algorithm: "other", encoder: "conv" });
    expect(sent("/api/trainings")[0]?.body).not.toHaveProperty("algorithm");
    expect(sent("/api/trainings")[0]?.body).not.toHaveProperty("encoder");
  });

  it("makes a bot first where there is none", async () => {
    bots = [];
    const { user, start } = await aForm();
    expect(screen.getByRole("textbox", { name: /Name of the new bot/ })).toHaveProperty(
      "value",
      "Ada",
    );
    await user.click(start);

    await waitFor(() => expect(server.push).toHaveBeenCalled());
    expect(sent("/api/bots")[0]?.body).toMatchObject({ name: "Ada", hidden_layers: 43 });
    expect(sent("/api/trainings")[0]?.body).toMatchObject({ bot_name: "Ada" });
  });

  it("says what will happen, and shows what each part of the bars gets", async () => {
    await aForm();
    const dialog = within(screen.getByRole("dialog"));
    dialog.getByText(/Trains Ada on the first 800 hourly bars of EURUSD/);
    dialog.getByText("160 bars");
    dialog.getByText("167 bars");
  });

  it("begins as the address says, with what the symbol has", async () => {
    server.query = "start=1&symbol=GOOGL&seed=5";
    const { user, start } = await aForm();
    await user.click(start);
    await waitFor(() => expect(server.push).toHaveBeenCalled());
    expect(sent("/api/trainings")[0]?.body).toMatchObject({
      symbol: "GOOGL",
      period: "1d",
      seed: 5,
    });
  });

  it("finds a fault while it is typed, and sends nothing then", async () => {
    const { user, start } = await aForm();
    const batch = screen.getByRole("textbox", { name: /Batch size/ });
    await user.clear(batch);
    await user.type(batch, "9999");
    screen.getByText("At most 8,192.");
    await user.click(start);
    expect(server.post).not.toHaveBeenCalled();
    await waitFor(() => expect(document.activeElement).toBe(batch));
  });

  it("shows a refusal at its field until it is changed", async () => {
    server.post.mockRejectedValue(new Problem("invalid", "lr: no such rate", "lr", 422));
    const { user, start } = await aForm();
    await user.click(start);

    const rate = await screen.findByRole("textbox", { name: /Learning rate/ });
    await waitFor(() => expect(rate.getAttribute("aria-invalid")).toBe("true"));
    screen.getByText("lr: no such rate");
    await user.type(rate, "0.01");
    expect(screen.queryByText("lr: no such rate")).toBeNull();
    expect(server.push).not.toHaveBeenCalled();
  });

  it("shows a refusal that has no field beside the fields", async () => {
    server.post.mockRejectedValue(new Problem("quota_exceeded", "too many trainings", null, 429));
    const { user, start } = await aForm();
    await user.click(start);
    expect((await screen.findByRole("alert")).textContent).toContain("too many trainings");
  });

  it("sends nothing twice, however often it is pressed", async () => {
    const waiting = Promise.withResolvers();
    server.post.mockReturnValue(waiting.promise);
    const { user, start } = await aForm();
    await user.dblClick(start);
    await user.click(start);
    waiting.resolve(aTraining({ id: 7 }));
    await waitFor(() => expect(server.push).toHaveBeenCalledTimes(1));
    expect(sent("/api/trainings")).toHaveLength(1);
  });

  it("asks for the same once more under the same name where no answer came", async () => {
    server.post.mockRejectedValueOnce(unreachable());
    const { user, start } = await aForm();
    await user.click(start);
    await screen.findByText(/does not answer/);
    await user.click(start);
    await waitFor(() => expect(server.push).toHaveBeenCalled());
    const [first, second] = sent("/api/trainings");
    expect(second).toEqual(first);
  });

  it("does not make a bot twice if only its training was refused", async () => {
    bots = [];
    server.post
      .mockResolvedValueOnce(aBot())
      .mockRejectedValueOnce(new Problem("no_place", "device: no GPU", "device", 422));
    const { user, start } = await aForm();
    await user.click(start);
    await screen.findByText("device: no GPU");
    screen.getByText(/Ada was made/);
    await user.click(start);
    await waitFor(() => expect(server.push).toHaveBeenCalled());
    expect(sent("/api/bots")).toHaveLength(1);
  });
});
