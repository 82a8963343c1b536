import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aTraining } from "@/api/feeds/builders";
import { command } from "@/api/live";
import { Problem } from "@/api/problem";
import type { RunState } from "@/api/types";
import { Controls } from "./controls";

vi.mock("@/api/live", () => ({ command: vi.fn() }));
const send = vi.mocked(command);

beforeEach(() => {
  send.mockReset();
});

function shown(state: RunState) {
  const onAnswer = vi.fn();
  render(<Controls id={7} state={state} botName="Ada" onAnswer={onAnswer} />);
  return onAnswer;
}

const button = (name: string) => screen.getByRole("button", { name });
const isDisabled = (name: string) => button(name).hasAttribute("disabled");

describe("the controls of a training", () => {
  it("pause and stop what runs, and say what each of them does", () => {
    shown("running");
    expect(["Pause", "Resume", "Stop"].map(isDisabled)).toEqual([false, true, false]);
    expect(
      document.getElementById(button("Pause").getAttribute("aria-describedby") ?? ""),
    ).toHaveProperty("textContent", "No step is run until you resume.");
  });

  it("resume and stop what is paused", () => {
    shown("paused");
    expect(["Pause", "Resume", "Stop"].map(isDisabled)).toEqual([true, false, false]);
  });

  it("are busy until the answer comes, and pass it on", async () => {
    const paused = aTraining({ state: "paused" });
    let answer: (training: typeof paused) => void = () => undefined;
    send.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const onAnswer = shown("running");
    await userEvent.click(button("Pause"));
    expect(button("Pause").getAttribute("aria-busy")).toBe("true");
    expect(isDisabled("Stop")).toBe(true);
    answer(paused);
    await vi.waitFor(() => expect(onAnswer).toHaveBeenCalledWith(paused));
    expect(send).toHaveBeenCalledExactlyOnceWith("trainings-pause", { id: 7 });
  });

  it("say why something was refused", async () => {
    send.mockRejectedValue(new Problem("training_ended", "It has ended."));
    shown("running");
    await userEvent.click(button("Pause"));
    expect((await screen.findByRole("alert")).textContent).toBe("It has ended.");
  });

  it("ask before they stop, with what it means", async () => {
    send.mockResolvedValue(aTraining({ state: "stopped" }));
    const onAnswer = shown("running");
    await userEvent.click(button("Stop"));
    const dialog = within(screen.getByRole("alertdialog"));
    expect(
      dialog.getByText("Ends it for good. The best weights and the history stay."),
    ).toBeTruthy();
    expect(send).not.toHaveBeenCalled();
    await userEvent.click(dialog.getByRole("button", { name: "Stop training" }));
    await vi.waitFor(() => expect(onAnswer).toHaveBeenCalledOnce());
    await vi.waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  });

  it("lead to another training after the end", () => {
    shown("finished");
    expect(screen.getByRole("link", { name: "Train again" }).getAttribute("href")).toBe(
      "/trainings?start=1&bot=Ada",
    );
  });
});
