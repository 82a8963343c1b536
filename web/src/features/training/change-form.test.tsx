import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aTraining } from "@/api/feeds/builders";
import { command } from "@/api/live";
import { Problem } from "@/api/problem";
import { ChangeForm } from "./change-panel";

vi.mock("@/api/live", () => ({ command: vi.fn() }));
const send = vi.mocked(command);
const now = { lr: 0.001, gamma: 0.9, batch_size: 64, max_episodes: 10 };

beforeEach(() => {
  send.mockReset();
});

async function typed(label: string, text: string) {
  const field = screen.getByLabelText(new RegExp(`^${label}`));
  await userEvent.clear(field);
  await userEvent.type(field, text);
}

function shown(disabled = false) {
  const onAnswer = vi.fn();
  render(<ChangeForm id={7} now={now} disabled={disabled} onAnswer={onAnswer} />);
  return onAnswer;
}

const apply = () => screen.getByRole("button", { name: "Apply" });

describe("the form of changes", () => {
  it("sends only what has changed, and passes the answer on", async () => {
    const answer = aTraining({ lr: 0.01 });
    send.mockResolvedValue(answer);
    const onAnswer = shown();
    await typed("Learning rate", "0.01");
    await userEvent.click(apply());
    expect(send).toHaveBeenCalledExactlyOnceWith("trainings-update", { id: 7, lr: 0.01 });
    expect(onAnswer).toHaveBeenCalledWith(answer);
  });

  it("has nothing to send before anything is typed, or where it is wrong", async () => {
    shown();
    expect(apply().hasAttribute("disabled")).toBe(true);
    await typed("Learning rate", "2");
    expect(screen.getByText("At most 1.")).toBeTruthy();
    expect(apply().hasAttribute("disabled")).toBe(true);
  });

  it("shows what the server says at the field that it means", async () => {
    send.mockRejectedValue(new Problem("invalid", "Not below the fewest.", "max_episodes"));
    shown();
    await typed("Most episodes", "1");
    await userEvent.click(apply());
    const field = screen.getByLabelText(/^Most episodes/);
    await vi.waitFor(() => expect(field.getAttribute("aria-invalid")).toBe("true"));
    expect(screen.getByText("Not below the fewest.")).toBeTruthy();
  });

  it("changes nothing after the end", () => {
    shown(true);
    expect(screen.getByLabelText(/^Learning rate/).hasAttribute("disabled")).toBe(true);
  });
});
