import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { TimelineToolbar, useFilter } from "./timeline-toolbar";

vi.mock("next/navigation", () => ({
  useSearchParams: () => new URLSearchParams(window.location.search),
}));

beforeEach(() => {
  window.history.replaceState(null, "", "/session?id=4&show=fills");
});

function Toolbar() {
  const { filter, change } = useFilter();
  return <TimelineToolbar filter={filter} universe={["GOOGL"]} onChange={change} />;
}

const isPressed = (name: string) =>
  screen.getByRole("button", { name }).getAttribute("aria-pressed") === "true";

it("is as the address says, and the address follows what is typed and chosen", async () => {
  render(<Toolbar />);
  expect([isPressed("Fills"), isPressed("Tools")]).toEqual([true, false]);
  await userEvent.click(screen.getByRole("button", { name: "Tools" }));
  await userEvent.type(screen.getByRole("searchbox"), "denied");
  expect(screen.getByRole<HTMLInputElement>("searchbox").value).toBe("denied");
  await act(() => new Promise((resolve) => setTimeout(resolve, 400)));
  expect(new URLSearchParams(window.location.search).get("find")).toBe("denied");
  expect(new URLSearchParams(window.location.search).get("show")).toBe("fills,tools");
});
