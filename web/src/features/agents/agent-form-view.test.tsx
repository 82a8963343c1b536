import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "@/api/fake-server";
import { queries } from "@/api/hooks";
import type { Agent } from "@/api/types";
import { agentTexts, newAgentTexts, type Texts } from "@/features/agents/agent-form";
import { AgentFormView } from "@/features/agents/agent-form-view";
import { anAgent } from "@/features/agents/builders";

const push = vi.fn();
vi.mock("next/navigation", () => ({ useRouter: () => ({ push }) }));

const TOLD = { system: "You are Sage, a trader.", first: "You hold nothing." };
let server: FakeServer;

beforeEach(() => {
  push.mockReset();
  queries.clear();
  server = new FakeServer()
    .on("get /api/keys", { keys: [] })
    .on("get /api/symbols", { symbols: [] })
    .refuses("get /api/providers/models", 503, {
      code: "model_unavailable",
      msg: "the model does not answer",
    })
    .on("post /api/providers/preview", TOLD);
});

const NEW = newAgentTexts("Sage", new URLSearchParams("base_model=script/demo"));

function shown(agent: Agent | null = null, first: Texts = agent ? agentTexts(agent) : NEW) {
  const onReload = vi.fn();
  render(
    <QueryClientProvider client={queries}>
      <AgentFormView
        agent={agent}
        first={first}
        taken={["Nora 2"]}
        bots={["Ada"]}
        onReload={onReload}
      />
    </QueryClientProvider>,
  );
  return onReload;
}

const click = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const saved = () => server.changes.filter(({ what }) => !what.endsWith("/preview"));

async function type(label: RegExp, text: string) {
  const input = screen.getByLabelText(label);
  await userEvent.clear(input);
  if (text !== "") await userEvent.type(input, text);
}

describe("the form of an agent", () => {
  it("makes an agent as it stands there, and leads to it", async () => {
    server.on("post /api/models", anAgent({ id: 12, name: "Sage" }), 201);
    shown();
    await userEvent.click(screen.getByLabelText("Ada"));
    await click("Create agent");
    await waitFor(() => expect(push).toHaveBeenCalledWith("/agent?id=12"));
    expect(saved()[0]?.body).toMatchObject({
      name: "Sage",
      base_model: "script/demo",
      universe: ["^GSPC", "^IXIC", "GOOGL"],
      bots: ["Ada"],
      balance: 10_000,
    });
  });

  it("sends nothing while something is wrong, and says what", async () => {
    shown(null, { ...NEW, base_model: "" });
    expect(screen.queryByText("Model is needed.")).toBeNull();
    await click("Create agent");
    expect(screen.getByText("Model is needed.")).toBeTruthy();
    await type(/^Largest leverage/, "5");
    expect(screen.getByText("At most 4.")).toBeTruthy();
    expect(saved()).toEqual([]);
  });

  it("shows a refusal at its field", async () => {
    server.refuses("post /api/models", 422, {
      code: "invalid",
      msg: "GOOGL: it is not known",
      field: "universe.2",
    });
    shown();
    await click("Create agent");
    expect(await screen.findByText("GOOGL: it is not known")).toBeTruthy();
    const describedBy = screen.getByLabelText(/^Symbols/).getAttribute("aria-describedby");
    expect(document.getElementById(describedBy?.split(" ")[0] ?? "")?.textContent).toBe(
      "GOOGL: it is not known",
    );
    expect(push).not.toHaveBeenCalled();
  });

  it("changes only what is other than before, by its version", async () => {
    const agent = anAgent();
    server.on("patch /api/models/7", { ...agent, max_cost: null });
    shown(agent);
    await type(/^Cost limit/, "");
    await click("Save changes");
    await waitFor(() => expect(push).toHaveBeenCalledWith("/agent?id=7"));
    expect(saved()[0]?.body).toEqual({ max_cost: null, version: 3 });
  });

  it("says that it was changed elsewhere, and offers to reload", async () => {
    server.refuses("patch /api/models/7", 409, { code: "version_conflict", msg: "stale" });
    const onReload = shown(anAgent());
    await type(/^Cost limit/, "9");
    await click("Save changes");
    expect(await screen.findByText("It was changed elsewhere: reload.")).toBeTruthy();
    await click("Reload");
    expect(onReload).toHaveBeenCalledOnce();
  });

  it("takes a pasted list of symbols, each once and in capitals", async () => {
    shown();
    await userEvent.click(screen.getByLabelText(/^Symbols/));
    await userEvent.paste("aapl, googl,msft,");
    const chips = screen.getAllByRole("button", { name: /^Remove / });
    expect(chips.map((chip) => chip.getAttribute("aria-label"))).toEqual([
      "Remove ^GSPC",
      "Remove ^IXIC",
      "Remove GOOGL",
      "Remove AAPL",
      "Remove MSFT",
    ]);
  });

  it("shows what the model is told, from what was typed", async () => {
    shown();
    expect(await screen.findByText("You are Sage, a trader.")).toBeTruthy();
    expect(screen.getByText("You hold nothing.")).toBeTruthy();
    await userEvent.type(
      screen.getByLabelText(/^Instructions/, { selector: "textarea" }),
      "Be bold",
    );
    await waitFor(() =>
      expect(server.calls.at(-1)?.body).toMatchObject({ name: "Sage", prompt: "Be bold" }),
    );
    expect(screen.getByText("7 of 16,384 characters")).toBeTruthy();
  });

  it("explains what a model without a key needs, with the way to the settings", async () => {
    shown(null, { ...NEW, base_model: "" });
    expect(await screen.findByText("The models of this provider cannot be listed.")).toBeTruthy();
    expect(
      screen.getAllByRole("link", { name: "Settings" }).map((link) => link.getAttribute("href")),
    ).toEqual(["/settings", "/settings"]);
  });

  it("keeps trading among the tools", async () => {
    server.on("post /api/models", anAgent(), 201);
    shown();
    expect(screen.getByLabelText("Trading").hasAttribute("disabled")).toBe(true);
    for (const tool of ["Prices", "Search", "Calculator"]) {
      await userEvent.click(screen.getByLabelText(tool));
    }
    await click("Create agent");
    await waitFor(() => expect(saved()[0]?.body).toMatchObject({ tools: ["trade"] }));
  });
});
