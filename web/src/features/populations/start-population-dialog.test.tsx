import { QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { queries } from "@/api/hooks";
import StartPopulationDialog from "@/features/populations/start-population-dialog";
import { answerToStart } from "@/features/start-training/builders";

const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn() }));
vi.mock("@/api/rest", () => server);

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

async function aDialog() {
  const told = { onStarted: vi.fn(), onClose: vi.fn() };
  render(
    <QueryClientProvider client={queries}>
      <StartPopulationDialog {...told} />
    </QueryClientProvider>,
  );
  await screen.findByRole("dialog");
  return { ...told, user: userEvent.setup() };
}

beforeEach(() => {
  queries.clear();
  server.get
    .mockReset()
    .mockImplementation((path, asked) => Promise.resolve(answerToStart(path, asked)));
  server.post.mockReset().mockResolvedValue({ id: 9 });
});

describe("the start of a population", () => {
  it("searches unless told otherwise", async () => {
    const { user, onStarted } = await aDialog();
    await user.click(screen.getByRole("button", { name: "Start population" }));
    await waitFor(() => expect(onStarted).toHaveBeenCalledWith(9));
    expect(server.post.mock.calls[0]?.[1].body).toMatchObject({
      name: "Tides",
      members: 8,
      lr_min: 0.0001,
      lr_max: 0.01,
      search: { interval: 10, fraction: 0.2 },
    });
  });

  it("takes how they search as it was typed, and says where that cannot be", async () => {
    const { user, onStarted } = await aDialog();
    const interval = screen.getByRole("textbox", { name: /^Between two looks/ });
    await user.clear(interval);
    await user.type(interval, "soon");
    await user.click(screen.getByRole("button", { name: "Start population" }));
    await waitFor(() => expect(document.activeElement).toBe(interval));
    expect(interval.getAttribute("aria-invalid")).toBe("true");
    expect(server.post).not.toHaveBeenCalled();

    const share = screen.getByRole("textbox", { name: /^Share that copies/ });
    await user.clear(interval);
    await user.type(interval, "4");
    await user.clear(share);
    await user.type(share, "0.7");
    await user.click(screen.getByRole("button", { name: "Start population" }));
    await waitFor(() => expect(document.activeElement).toBe(share));
    await user.clear(share);
    await user.type(share, "0.5");
    await user.click(screen.getByRole("button", { name: "Start population" }));
    await waitFor(() => expect(onStarted).toHaveBeenCalled());
    expect(server.post.mock.calls[0]?.[1].body.search).toEqual({ interval: 4, fraction: 0.5 });
  });

  it("gives all members one encoder, which their algorithm takes", async () => {
    const { user, onStarted } = await aDialog();
    await user.click(await screen.findByRole("radio", { name: "other" }));
    await user.click(screen.getByRole("radio", { name: "Convolution" }));
    screen.getByText("Reads many bars.");
    await user.click(screen.getByRole("radio", { name: "DQN" }));
    expect(screen.getByRole("radio", { name: "MLP" }).getAttribute("aria-checked")).toBe("true");
    await user.click(screen.getByRole("radio", { name: "other" }));
    await user.click(screen.getByRole("radio", { name: "Convolution" }));
    await user.click(screen.getByRole("button", { name: "Start population" }));
    await waitFor(() => expect(onStarted).toHaveBeenCalled());
    expect(server.post.mock.calls[0]?.[1].body).toMatchObject({
      algorithm: "other",
      encoder: "conv",
    });
  });

  it("lets each member learn by itself where that is wanted", async () => {
    const { user, onStarted } = await aDialog();
    await user.click(screen.getByRole("switch", { name: "They search together" }));
    await user.click(screen.getByRole("button", { name: "Start population" }));
    await waitFor(() => expect(onStarted).toHaveBeenCalled());
    expect(server.post.mock.calls[0]?.[1].body.search).toBeNull();
  });
});
