import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { ConnectionSign } from "./connection-sign";

const connection = vi.hoisted(() => ({ state: "open", since: 0 }));
vi.mock("@/api/live", () => ({ useConnection: () => connection }));

it.each([
  ["open", "Live"],
  ["connecting", "Connecting…"],
  ["idle", "Connecting…"],
])("says of %s: %s", (state, words) => {
  connection.state = state;
  render(<ConnectionSign />);
  expect(screen.getByRole("status").textContent).toBe(words);
});

it("says how old the data is when the connection is lost, without saying each second aloud", () => {
  Object.assign(connection, { state: "lost", since: Date.now() - 12_500 });
  const { container } = render(<ConnectionSign />);
  expect(screen.getByRole("status").textContent).toBe("Lost, trying again");
  expect(container.textContent).toMatch(/data from .*12 s ago/);
});
