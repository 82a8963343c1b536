import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "@/api/fake-server";
import { aTraining } from "@/api/feeds/builders";
import { aSession } from "@/features/home/builders";
import { BOT_NAMES, freeName } from "@/features/home/first-run";
import { Welcome } from "@/features/home/welcome";

const router = { push: vi.fn() };
vi.mock("next/navigation", () => ({ useRouter: () => router }));

const BOT = {
  name: "Ada",
  lr: 0.001,
  hidden_layers: 96,
  gamma: 0.97,
  discounter_rate: 80,
  depth: 2,
  algorithm: "dqn",
  encoder: "mlp",
  state: "idle",
  trained: false,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  router.push.mockReset();
});

describe("a newcomer", () => {
  it("has a bot in training after one click", async () => {
    server.on("post /api/bots", BOT, 201).on("post /api/trainings", aTraining({ id: 7 }), 201);
    render(<Welcome />);
    await userEvent.click(screen.getByRole("button", { name: "Train a first bot" }));
    await waitFor(() => expect(router.push).toHaveBeenCalledWith("/training?id=7"));
    expect(server.changes.map(({ what }) => what)).toEqual([
      "post /api/bots",
      "post /api/trainings",
    ]);
    expect(server.changes[1]?.body).toMatchObject({ bot_name: "Ada", symbol: "EURUSD" });
  });

  it("is told why it could not be started, and no bot is left behind", async () => {
    const msg = "the sample has no such bars";
    server
      .on("post /api/bots", BOT, 201)
      .refuses("post /api/trainings", 404, { code: "unknown_symbol", msg, field: "symbol" })
      .on("delete /api/bots/Ada", { name: "Ada" });
    render(<Welcome />);
    await userEvent.click(screen.getByRole("button", { name: "Train a first bot" }));
    expect((await screen.findByRole("alert")).textContent).toContain(msg);
    expect(server.changes.at(-1)?.what).toBe("delete /api/bots/Ada");
    expect(router.push).not.toHaveBeenCalled();
  });

  it("takes another name where one is taken", async () => {
    server.refuses("post /api/bots", 409, { code: "name_taken", msg: "taken", field: "name" });
    render(<Welcome />);
    await userEvent.click(screen.getByRole("button", { name: "Train a first bot" }));
    await screen.findByRole("alert");
    const names = server.changes.map(({ body }) => (body as { name: string }).name);
    expect(names.slice(0, 2)).toEqual(["Ada", "Blaise"]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("has an agent that trades after one click, with no key", async () => {
    const made = { ...AGENT, id: 4 };
    server.on("post /api/models", made, 201).on("post /api/trading/start", aSession(), 201);
    render(<Welcome />);
    await userEvent.click(screen.getByRole("button", { name: "Let an agent trade" }));
    await waitFor(() => expect(router.push).toHaveBeenCalledWith("/session?id=3"));
    expect(server.changes[0]?.body).toMatchObject({ base_model: "script/demo" });
    expect(server.changes[1]?.body).toMatchObject({ model_id: 4, start: "2017-01-01" });
  });
});

describe("a free name", () => {
  it("is the first that nobody has, whatever its case, and numbered in the end", () => {
    expect(freeName(["Ada", "Carl"], ["ada"])).toBe("Carl");
    expect(freeName(["Ada"], ["Ada", "Ada 2"])).toBe("Ada 3");
    expect(freeName(BOT_NAMES, [])).toBe("Ada");
  });
});

const AGENT = {
  name: "Sage",
  base_model: "script/demo",
  provider: null,
  prompt: "",
  universe: ["^GSPC"],
  period: "1d",
  source: "sample",
  balance: 10_000,
  tools: ["trade"],
  bots: [],
  max_rounds: 20,
  max_tokens: null,
  max_cost: null,
  max_position: 1,
  max_leverage: 1,
  max_turnover: null,
  price_collar: 0.5,
  allow_short: true,
  fee_bps: null,
  slippage_bps: null,
  temperature: null,
  seed: null,
  benchmark: null,
  is_public: false,
  version: 1,
  state: "idle",
  session_id: null,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};
