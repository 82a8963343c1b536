import { QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { queries } from "@/api/hooks";
import { Problem } from "@/api/problem";
import StartEvaluationDialog from "@/features/evaluations/start-evaluation-dialog";
import { answerToStart } from "@/features/start-training/builders";

const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn() }));
vi.mock("@/api/rest", () => server);

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

async function aDialog() {
  const told = { onStarted: vi.fn(), onClose: vi.fn() };
  render(
    <QueryClientProvider client={queries}>
      <StartEvaluationDialog {...told} />
    </QueryClientProvider>,
  );
  await screen.findByRole("dialog");
  return { ...told, user: userEvent.setup() };
}

function chosen(): HTMLElement[] {
  const algorithms = within(screen.getByRole("group", { name: "Algorithms" }));
  return algorithms.getAllByRole("checkbox", { checked: true });
}

beforeEach(() => {
  queries.clear();
  server.get
    .mockReset()
    .mockImplementation((path, asked) => Promise.resolve(answerToStart(path, asked)));
  server.post.mockReset().mockResolvedValue({ id: 9 });
});

describe("the start of an evaluation", () => {
  it("can be sent as it is, and leads to it", async () => {
    const { user, onStarted } = await aDialog();
    await user.click(screen.getByRole("button", { name: "Start evaluation" }));
    await waitFor(() => expect(onStarted).toHaveBeenCalledWith(9));
    const [path, asked] = server.post.mock.calls[0] ?? [];
    expect(path).toBe("/api/evaluations");
    expect(asked.body).toMatchObject({ symbol: "GOOGL", period: "1d", seeds: 5, folds: 4 });
  });

  it("says of each algorithm what it does, and sends those that are chosen", async () => {
    const { user } = await aDialog();
    await screen.findByText("Learns from every action.");
    const all = chosen().length;
    expect(all).toBeGreaterThan(1);
    for (const box of chosen().slice(1)) await user.click(box);
    expect(chosen()).toHaveLength(1);
    expect(chosen()[0]).toHaveProperty("disabled", true); // one is judged at least
    await user.click(screen.getByRole("button", { name: "Start evaluation" }));
    await waitFor(() => expect(server.post).toHaveBeenCalled());
    expect(server.post.mock.calls[0]?.[1].body.algorithms).toHaveLength(1);
  });

  it("sends no names where all are to be judged, and leaves out who cannot take the encoder", async () => {
    const { user } = await aDialog();
    await screen.findByText("Reads many bars.");
    const all = chosen().length;
    await user.click(screen.getByRole("radio", { name: "Convolution" }));
    expect(chosen().length).toBeLessThan(all);
    await user.click(screen.getByRole("button", { name: "Start evaluation" }));
    await waitFor(() => expect(server.post).toHaveBeenCalled());
    expect(server.post.mock.calls[0]?.[1].body.algorithms ?? []).toEqual([]);
  });

  it("takes an encoder for all, and shows there where one of them cannot take it", async () => {
    server.post.mockRejectedValueOnce(new Problem("invalid", "not by dqn", "encoder", 422));
    const { user, onStarted } = await aDialog();
    await screen.findByText("Reads many bars.");
    await user.click(screen.getByRole("radio", { name: "Convolution" }));
    await user.click(screen.getByRole("button", { name: "Start evaluation" }));
    await screen.findByText("not by dqn");
    expect(screen.queryByRole("alert")).toBeNull();
    expect(onStarted).not.toHaveBeenCalled();
    expect(server.post.mock.calls[0]?.[1].body).toMatchObject({ encoder: "conv" });
  });

  it("shows a refusal at its field, and one without a field beside the fields", async () => {
    server.post.mockRejectedValueOnce(new Problem("invalid", "folds: too many", "folds", 422));
    const { user, onStarted } = await aDialog();
    await user.click(screen.getByRole("button", { name: "Start evaluation" }));
    const folds = await screen.findByRole("textbox", { name: /Test parts/ });
    await waitFor(() => expect(folds.getAttribute("aria-invalid")).toBe("true"));
    screen.getByText("folds: too many");

    server.post.mockRejectedValueOnce(new Problem("quota_exceeded", "too much", null, 429));
    await user.type(folds, "0");
    await user.click(screen.getByRole("button", { name: "Start evaluation" }));
    expect((await screen.findByRole("alert")).textContent).toContain("too much");
    expect(onStarted).not.toHaveBeenCalled();
  });
});
