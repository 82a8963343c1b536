import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "@/api/problem";
import { ControlButtons } from "./controls";
import { ToolTokenPanel } from "./outside-tools";

const noAct = () => Promise.resolve();

describe("the controls of a session", () => {
  it("offer pause and stop while it runs", () => {
    render(<ControlButtons state="running" onAct={noAct} busy={null} problem={null} />);
    expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Resume" })).toBeNull();
  });

  it("offer resume and stop while it is paused", () => {
    render(<ControlButtons state="paused" onAct={noAct} busy={null} problem={null} />);
    expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
    expect(screen.getByRole("button", { name: "Resume" })).toBeTruthy();
  });

  it("offer nothing once it has ended", () => {
    render(<ControlButtons state="finished" onAct={noAct} busy={null} problem={null} />);
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("stop only after saying what that means", async () => {
    const onAct = vi.fn(noAct);
    render(<ControlButtons state="running" onAct={onAct} busy={null} problem={null} />);
    await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    expect(screen.getByRole("alertdialog").textContent).toContain("ends for good");
    expect(onAct).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole("button", { name: "Stop the session" }));
    expect(onAct).toHaveBeenCalledExactlyOnceWith("sessions-stop");
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  });

  it("pause at once, and say why it did not work", async () => {
    const onAct = vi.fn(noAct);
    const problem = new Problem("session_ended", "This session has ended.");
    render(<ControlButtons state="running" onAct={onAct} busy={null} problem={problem} />);
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect(onAct).toHaveBeenCalledExactlyOnceWith("sessions-pause");
    expect(screen.getByRole("alert").textContent).toContain("This session has ended.");
  });
});

describe("the tools for a program outside", () => {
  it("show a token with the addresses it is good for", () => {
    const token = {
      token: "secret",
      expires_at: "2026-11-22T00:00:00Z",
      services: { trade: "http://127.0.0.1:8002/mcp" },
    };
    render(<ToolTokenPanel token={token} busy={false} problem={null} onAsk={() => undefined} />);
    expect(screen.getByText("secret")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Copy: Token" })).toBeTruthy();
    expect(screen.getByText("http://127.0.0.1:8002/mcp")).toBeTruthy();
  });
});
