import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { SessionEvent } from "@/api/feeds/session-feed";
import { aCall, aFillEvent, aLine, aResult, aStep, aThought } from "./builders";
import { rowsOf } from "./timeline";
import { TimelineRow } from "./timeline-row";

const HOSTILE = '<img src="x" onerror="alert(1)"><script>alert(2)</script> **bold**';

function shown(events: SessionEvent[], isOpen = false) {
  const onToggle = vi.fn();
  const onShowStep = vi.fn();
  const { container } = render(
    <>
      {rowsOf(events).map((row) => (
        <TimelineRow
          key={row.seq}
          sessionId={4}
          row={row}
          isOpen={isOpen}
          isCurrent={false}
          onToggle={onToggle}
          onShowStep={onShowStep}
        />
      ))}
    </>,
  );
  const seqs = [...container.querySelectorAll("[data-seq]")].map((element) =>
    Number(element.getAttribute("data-seq")),
  );
  return { container, seqs, onToggle, onShowStep };
}

describe("what a model said", () => {
  it.each([
    ["a thought", [aThought(1, 1, HOSTILE)]],
    ["a line of the log", [aLine(1, HOSTILE)]],
    ["arguments", [aCall(1, "a", "buy", { symbol: HOSTILE, share: 0.3 })]],
    ["arguments that cannot be read", [aCall(1, "a", "buy", HOSTILE)]],
    ["the name of a tool", [aCall(1, "a", HOSTILE, {})]],
    ["a refusal", [aCall(1, "a"), aResult(2, "a", false, { error: { says: HOSTILE } })]],
    ["a symbol", [aFillEvent(1, HOSTILE)]],
  ])("is text and nothing else in %s", (_, events) => {
    const { container } = shown(events, true);
    expect(container.textContent).toContain(HOSTILE);
    expect(container.querySelector("img, script, strong, b")).toBeNull();
  });

  it("opens on demand where it is long", async () => {
    const long = "All that I know. ".repeat(100).trim();
    const { container, onToggle } = shown([aThought(7, 1, long)]);
    expect(container.textContent).not.toContain(long);
    await userEvent.click(screen.getByRole("button", { name: "Show all of it" }));
    expect(onToggle).toHaveBeenCalledExactlyOnceWith(7);
  });

  it("is whole once it is open", () => {
    const long = "All that I know. ".repeat(100).trim();
    expect(shown([aThought(7, 1, long)], true).container.textContent).toContain(long);
  });
});

describe("a row of the timeline", () => {
  it("carries the number of each event that it shows, each once", () => {
    const events = [aStep(1, 1), aCall(2, "a"), aResult(3, "a"), aFillEvent(4), aResult(5, "b")];
    expect(shown(events).seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it("says what a call was answered", () => {
    shown([aCall(1, "a"), aResult(2, "a", false, { error: { says: "too large" } })]);
    expect(screen.getByText("Buy 30% of equity in GOOGL")).toBeTruthy();
    expect(screen.getByText("Refused")).toBeTruthy();
    expect(screen.getByText("too large")).toBeTruthy();
  });

  it("waits for the answer of a call that is under way", () => {
    shown([aCall(1, "a")]);
    expect(screen.getByText("Under way")).toBeTruthy();
  });

  it("offers the whole of an answer that came cut", () => {
    const cut = aResult(2, "a", true, '{"closes":[1,2');
    if (cut.kind === "result") cut.data.truncated = true;
    shown([aCall(1, "a", "get_bars", { symbol: "GOOGL" }), cut], true);
    expect(screen.getByRole("button", { name: "Read all of it from the journal" })).toBeTruthy();
  });

  it("leads to the moment of its decision", async () => {
    const { onShowStep } = shown([aStep(1, 12)]);
    await userEvent.click(screen.getByRole("button", { name: "Show the session at step 12" }));
    expect(onShowStep).toHaveBeenCalledExactlyOnceWith(12);
  });
});
