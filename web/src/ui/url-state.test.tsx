import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useSyncExternalStore } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { useUrlSet, useUrlState } from "./url-state";

/** As Next does it: the address is followed wherever the history changes. */
vi.mock("next/navigation", () => ({
  useSearchParams: () => {
    const text = useSyncExternalStore(
      (listener) => {
        const replace = history.replaceState.bind(history);
        history.replaceState = (...args) => {
          replace(...args);
          listener();
        };
        return () => (history.replaceState = replace);
      },
      () => location.search,
    );
    return new URLSearchParams(text);
  },
}));

function View() {
  const [tab, setTab] = useUrlState("tab", "users");
  const [compared, setCompared] = useUrlSet("compare");
  return (
    <>
      <p>{`${tab}: ${compared.join(" and ")}`}</p>
      <button onClick={() => setTab("whitelist")}>Whitelist</button>
      <button onClick={() => setTab("users")}>Users</button>
      <button onClick={() => setCompared(["5", "6"])}>Compare</button>
    </>
  );
}

beforeEach(() => history.replaceState(null, "", "/admin?id=7#there"));

it("is kept in the address beside what else stands there, without a new entry in the history", async () => {
  render(<View />);
  const entries = history.length;
  await userEvent.click(screen.getByRole("button", { name: "Whitelist" }));
  await userEvent.click(screen.getByRole("button", { name: "Compare" }));
  expect(screen.getByText("whitelist: 5 and 6")).toBeDefined();
  expect(location.href).toMatch(/\/admin\?id=7&tab=whitelist&compare=5%2C6#there$/);
  expect(history.length).toBe(entries);
});

it("the usual value leaves the address", async () => {
  render(<View />);
  await userEvent.click(screen.getByRole("button", { name: "Whitelist" }));
  await userEvent.click(screen.getByRole("button", { name: "Users" }));
  expect(location.search).toBe("?id=7");
});
