import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aSignIn, FakeServer } from "@/api/fake-server";
import { signedIn } from "@/api/access";
import { aTraining } from "@/api/feeds/builders";
import { queries } from "@/api/hooks";
import type { RunState } from "@/api/types";
import { AdminPage } from "@/features/admin/admin-page";
import { anEvaluation } from "@/features/evaluations/builders";
import { aPopulation } from "@/features/populations/builders";

let search = "";
vi.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(search) }));

const USER = {
  id: 9,
  email: "eve@example.com",
  is_admin: false,
  is_listed: true,
  disabled_at: null,
  signed_in_at: null,
  created_at: "2026-01-01T00:00:00Z",
};
const LISTED = { email: "eve@example.com", listed_by: null, created_at: "2026-01-01T00:00:00Z" };
const OWNED = { owner_id: 9, owner: "eve@example.com", training: aTraining() };

let server: FakeServer;

beforeEach(() => {
  queries.clear();
  server = new FakeServer()
    .on("get /api/admin/users", { users: [USER], next: null })
    .on("get /api/admin/whitelist", { emails: [LISTED], next: null })
    .on("get /api/admin/trainings", { trainings: [OWNED], next: null });
  signedIn(aSignIn({ id: 1, is_admin: true }));
});

function open(tab: string) {
  search = `tab=${tab}`;
  render(
    <QueryClientProvider client={queries}>
      <AdminPage />
    </QueryClientProvider>,
  );
}

async function confirm(name: string) {
  const dialog = await screen.findByRole("alertdialog");
  await userEvent.click(within(dialog).getByRole("button", { name }));
  return dialog;
}

describe("the administration", () => {
  it("is refused to everybody else, and asks nothing", () => {
    signedIn(aSignIn({ id: 2, is_admin: false }));
    open("users");
    expect(screen.getByText("Only administrators may see this.")).toBeDefined();
    expect(server.calls).toEqual([]);
  });

  it("disables a user after its consequence was read", async () => {
    server.on("patch /api/admin/users/9", { ...USER, disabled_at: "2026-01-02T00:00:00Z" });
    open("users");
    await userEvent.click(await screen.findByRole("button", { name: /What to do with eve/ }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Disable" }));
    const dialog = await screen.findByRole("alertdialog");
    expect(dialog.textContent).toContain("all that they run is stopped for good");
    expect(server.changes).toEqual([]);
    await confirm("Disable");
    await waitFor(() =>
      expect(server.changes).toEqual([
        { what: "patch /api/admin/users/9", body: { disabled: true } },
      ]),
    );
  });

  it("lists an e-mail, and none that is not one", async () => {
    server.on("post /api/admin/whitelist", { ...LISTED, email: "new@example.com" }, 201);
    open("whitelist");
    await userEvent.type(screen.getByLabelText("E-mail"), "new");
    await userEvent.click(screen.getByRole("button", { name: "Add to the whitelist" }));
    expect(screen.getByText(/Write an e-mail address/)).toBeDefined();
    await userEvent.type(screen.getByLabelText("E-mail"), "@example.com");
    await userEvent.click(screen.getByRole("button", { name: "Add to the whitelist" }));
    expect(await screen.findByText("new@example.com may now sign up and sign in.")).toBeDefined();
    expect(server.changes).toHaveLength(1);
  });

  it("takes an e-mail off the list, and shows why where it is refused", async () => {
    server.refuses("delete /api/admin/whitelist/eve%40example.com", 409, {
      code: "invalid",
      msg: "you would lock yourself out",
    });
    open("whitelist");
    await userEvent.click(await screen.findByRole("button", { name: /Take eve/ }));
    const dialog = await confirm("Take off the list");
    expect(await within(dialog).findByText("you would lock yourself out")).toBeDefined();
  });

  it("stops somebody’s training", async () => {
    const stopped = { ...OWNED, training: aTraining({ state: "stopped" }) };
    server.on("post /api/admin/trainings/7/stop", stopped);
    open("runs");
    const name = "Stop Training 7 of eve@example.com";
    await userEvent.click(await screen.findByRole("button", { name }));
    await confirm("Stop it");
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    expect(server.changes.map(({ what }) => what)).toEqual(["post /api/admin/trainings/7/stop"]);
  });

  it("stops somebody’s population with all of its members", async () => {
    const owned = { owner_id: 9, owner: "eve@example.com", population: aPopulation() };
    server.on("get /api/admin/populations", { populations: [owned], next: null });
    server.on("post /api/admin/populations/3/stop", owned);
    open("runs&kind=populations");
    await screen.findByText("EURUSD 1h, 2 of 2 members active");
    const name = "Stop Population 3 of eve@example.com";
    await userEvent.click(await screen.findByRole("button", { name }));
    expect((await confirm("Stop it")).textContent).toContain("Every member ends for good.");
    await waitFor(() =>
      expect(server.changes.map(({ what }) => what)).toEqual([
        "post /api/admin/populations/3/stop",
      ]),
    );
  });

  it("stops somebody’s evaluation, and none that has ended", async () => {
    const owned = (id: number, state: RunState) => ({
      owner_id: 9,
      owner: "eve@example.com",
      evaluation: anEvaluation({ id, state, units_done: 3 }),
    });
    const evaluations = [owned(8, "running"), owned(7, "finished")];
    server.on("get /api/admin/evaluations", { evaluations, next: null });
    server.on("post /api/admin/evaluations/8/stop", owned(8, "stopped"));
    open("runs&kind=evaluations&which=all");
    expect(await screen.findAllByText("GOOGL 1d, 3 of 8 trainings judged")).toHaveLength(2);
    const [stop, ...others] = await screen.findAllByRole("button", { name: /^Stop Evaluation/ });
    expect(others).toEqual([]);
    if (stop) await userEvent.click(stop);
    expect((await confirm("Stop it")).textContent).toContain("without a report");
    await waitFor(() =>
      expect(server.changes.map(({ what }) => what)).toEqual([
        "post /api/admin/evaluations/8/stop",
      ]),
    );
  });

  it("asks for what is active, of everybody", async () => {
    open("runs");
    await screen.findByText("eve@example.com");
    const asked = server.calls.find(({ what }) => what.startsWith("get /api/admin/trainings"));
    expect(asked?.what).toContain("state=queued");
    expect(asked?.what).not.toContain("owner_id");
  });
});
