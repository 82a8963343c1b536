import { QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { queries } from "@/api/hooks";
import { Problem } from "@/api/problem";
import { twoAlgorithms } from "@/features/algorithms/builders";
import BotDialogs, { type Asked } from "@/features/bots/bot-dialogs";
import { aBot } from "@/features/bots/builders";

const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn(), patch: vi.fn(), del: vi.fn() }));
vi.mock("@/api/rest", () => server);

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

const ada = aBot({ trained: true });
const bob = aBot({ name: "Bob", state: "running", training_id: 7 });

function aDialog(asked: Asked) {
  const told = { onClose: vi.fn(), onSaved: vi.fn(), onDeleted: vi.fn() };
  render(
    <QueryClientProvider client={queries}>
      <BotDialogs asked={asked} bots={[ada, bob]} {...told} />
    </QueryClientProvider>,
  );
  return { ...told, user: userEvent.setup() };
}

const press = (name: string) => screen.getByRole("button", { name });

beforeEach(() => {
  queries.clear();
  for (const call of Object.values(server)) call.mockReset();
  server.get.mockResolvedValue(twoAlgorithms({ discounter_rate: "It need not explore." }));
  server.post.mockImplementation((_, { body }) => Promise.resolve(aBot(body)));
  server.patch.mockImplementation((_, { body }) => Promise.resolve(aBot(body)));
  server.del.mockResolvedValue({ name: "Ada" });
});

describe("what is asked before a bot changes", () => {
  it("makes a new bot under a free name without anything typed", async () => {
    const { user, onSaved, onClose } = aDialog({ kind: "create" });
    await user.click(press("Create bot"));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(server.post.mock.calls[0]?.[1].body).toMatchObject({ name: "Bell", lr: 0.001 });
    expect(onSaved).toHaveBeenCalledWith(expect.objectContaining({ name: "Bell" }));
  });

  it("says that a name is taken while it is typed", async () => {
    const { user } = aDialog({ kind: "create" });
    const name = screen.getByRole("textbox", { name: /Name/ });
    await user.clear(name);
    await user.type(name, "Bob");
    screen.getByText("You have a bot named Bob already.");
    await user.click(press("Create bot"));
    expect(server.post).not.toHaveBeenCalled();
  });

  it("shows a refusal at its field", async () => {
    server.post.mockRejectedValue(new Problem("quota_exceeded", "too wide", "hidden_layers", 429));
    const { user, onClose } = aDialog({ kind: "duplicate", bot: ada });
    await user.click(press("Create copy"));
    await screen.findByText("too wide");
    const width = screen.getByRole("textbox", { name: /Layer width/ });
    expect(width.getAttribute("aria-invalid")).toBe("true");
    expect(server.post.mock.calls[0]?.[1].body).toMatchObject({ name: "Ada 2" });
    expect(onClose).not.toHaveBeenCalled();
  });

  it("warns before a change makes the bot forget, and sends only the change", async () => {
    const { user, onClose } = aDialog({ kind: "edit", bot: ada });
    expect(screen.queryByText(/forgets/)).toBeNull();
    const depth = screen.getByRole("textbox", { name: /Hidden layers/ });
    await user.clear(depth);
    await user.type(depth, "3");
    screen.getByText(/Ada forgets all that it has learned/);
    await user.click(press("Save"));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(server.patch.mock.calls[0]?.[1]).toMatchObject({
      path: { name: "Ada" },
      body: { depth: 3 },
    });
  });

  it("lets a bot learn otherwise, says what that means, and what then means nothing", async () => {
    const { user, onClose } = aDialog({ kind: "edit", bot: ada });
    await screen.findByText("Learns from every action.");
    expect(screen.queryByText(/need not explore/)).toBeNull();
    await user.click(screen.getByRole("radio", { name: "other" }));
    screen.getByText(/Ada forgets all that it has learned/);
    screen.getByText("Means nothing to other. It need not explore.");
    await user.click(press("Save"));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(server.patch.mock.calls[0]?.[1].body).toEqual({ algorithm: "other" });
  });

  it("lets a bot read the bars otherwise where its algorithm can, and only there", async () => {
    const { user, onClose } = aDialog({ kind: "edit", bot: ada });
    await screen.findByText("Reads many bars.");
    screen.getByText("Means nothing to DQN. Its network is its own.");
    const convolution = screen.getByRole("radio", { name: "Convolution" });
    expect(convolution).toHaveProperty("disabled", true);
    await user.click(screen.getByRole("radio", { name: "other" }));
    await user.click(convolution);
    screen.getByText(/Ada forgets all that it has learned/);
    await user.click(screen.getByRole("radio", { name: "DQN" }));
    expect(screen.getByRole("radio", { name: "MLP" }).getAttribute("aria-checked")).toBe("true");
    await user.click(screen.getByRole("radio", { name: "other" }));
    await user.click(convolution);
    await user.click(press("Save"));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(server.patch.mock.calls[0]?.[1].body).toEqual({ algorithm: "other", encoder: "conv" });
  });

  it("says what deleting means, then deletes", async () => {
    const { user, onDeleted } = aDialog({ kind: "delete", bot: ada });
    screen.getByText(/The bot and its weights are gone; its trainings stay readable/);
    await user.click(press("Delete bot"));
    await waitFor(() => expect(onDeleted).toHaveBeenCalledWith("Ada"));
  });

  it("leads to the training that keeps a bot from being deleted", async () => {
    server.del.mockRejectedValue(new Problem("bot_busy", "bot 'Bob' is busy", "name", 409));
    const { user, onClose } = aDialog({ kind: "delete", bot: bob });
    const link = screen.getByRole("link", { name: "training 7" });
    expect(link.getAttribute("href")).toBe("/training?id=7");
    await user.click(press("Delete bot"));
    await screen.findByText("bot 'Bob' is busy");
    expect(onClose).not.toHaveBeenCalled();
  });
});
