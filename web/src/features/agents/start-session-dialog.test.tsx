import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "@/api/fake-server";
import { queries } from "@/api/hooks";
import { anAgent, aSymbol } from "@/features/agents/builders";
import { StartSessionDialog } from "@/features/agents/start-session-dialog";
import { aSession } from "@/features/session/builders";

const push = vi.fn();
vi.mock("next/navigation", () => ({ useRouter: () => ({ push }) }));
let server: FakeServer;

beforeEach(() => {
  push.mockReset();
  queries.clear();
  server = new FakeServer()
    .on("get /api/symbols", { symbols: [aSymbol()] })
    .on("post /api/trading/start", aSession({ id: 9 }), 201);
});

async function shown() {
  render(
    <QueryClientProvider client={queries}>
      <StartSessionDialog agent={anAgent({ universe: ["GOOGL"] })} onClose={vi.fn()} />
    </QueryClientProvider>,
  );
  await screen.findByText(/bars from 2009-05-22 to 2018-08-29/);
}

const click = (name: string) => userEvent.click(screen.getByRole("button", { name }));

describe("the start of a session", () => {
  it("is over the last year of the data, as it stands there, and leads to the session", async () => {
    await shown();
    expect(screen.getByText(/It stops when they have cost 2.50 USD/)).toBeTruthy();
    await click("Start session");
    await waitFor(() => expect(push).toHaveBeenCalledWith("/session?id=9"));
    expect(server.changes[0]?.body).toEqual({
      model_id: 7,
      live: false,
      start: "2017-08-30",
      end: "2018-08-29",
    });
  });

  it("takes a usual range by a click, and no date that is missing", async () => {
    await shown();
    await click("2017");
    await userEvent.clear(screen.getByLabelText(/^Last date/));
    await click("Start session");
    expect(screen.getByText("Choose the last date.")).toBeTruthy();
    expect(server.changes).toEqual([]);
    await click("2017");
    await click("Start session");
    await waitFor(() =>
      expect(server.changes[0]?.body).toMatchObject({ start: "2017-01-01", end: "2017-12-31" }),
    );
  });

  it("is live without dates", async () => {
    await shown();
    await userEvent.click(screen.getByLabelText("Live on paper"));
    expect(screen.queryByLabelText(/^First date/)).toBeNull();
    await click("Start session");
    await waitFor(() =>
      expect(server.changes[0]?.body).toEqual({
        model_id: 7,
        live: true,
        start: null,
        end: null,
      }),
    );
  });

  it("says what the server refused where it belongs, and where keys are", async () => {
    const refused = { code: "invalid", msg: "the bars are elsewhere", field: "start" };
    server.refuses("post /api/trading/start", 422, refused);
    await shown();
    await click("Start session");
    expect(await screen.findByText("the bars are elsewhere")).toBeTruthy();
    server.refuses("post /api/trading/start", 409, { code: "agent_busy", msg: "it is busy" });
    await click("Start session");
    expect((await screen.findByRole("alert")).textContent).toContain("it is busy");
    expect(screen.getByRole("link", { name: "your keys" }).getAttribute("href")).toBe("/settings");
  });
});
