import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aSignIn, FakeServer } from "@/api/fake-server";
import { signedOut } from "@/api/access";
import { useWho } from "@/api/who";
import { SignInPage } from "@/features/sign-in/sign-in-page";
import { SignUpPage } from "@/features/sign-in/sign-up-page";

const replace = vi.fn();
vi.mock("next/navigation", () => ({ useRouter: () => router }));
const router = { replace };

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  replace.mockReset();
  window.history.replaceState(null, "", "/sign-in");
  signedOut();
});

async function fillIn(email: string, password: string, button: string) {
  await userEvent.type(screen.getByLabelText("E-mail"), email);
  await userEvent.type(screen.getByLabelText("Password"), password);
  await userEvent.click(screen.getByRole("button", { name: button }));
}

describe("signing in", () => {
  it("sends e-mail and password, and goes to where one wanted to be", async () => {
    server.on("post /api/auth/sign-in", aSignIn());
    window.history.replaceState(null, "", "/sign-in?next=%2Ftraining%3Fid%3D7");
    render(<SignInPage />);
    await fillIn("ada@example.com", "correct horse", "Sign in");
    await waitFor(() => expect(replace).toHaveBeenCalledWith("/training?id=7"));
    expect(server.changes).toEqual([
      {
        what: "post /api/auth/sign-in",
        body: { email: "ada@example.com", password: "correct horse", cookie: true },
      },
    ]);
  });

  it("can be filled in by a password manager", () => {
    render(<SignInPage />);
    expect(screen.getByLabelText("E-mail")).toHaveProperty("autocomplete", "username");
    expect(screen.getByLabelText("Password")).toHaveProperty("autocomplete", "current-password");
    expect(screen.getByLabelText("Password").closest("form")).not.toBeNull();
  });

  it("asks nobody while a field is empty, and says so at it", async () => {
    render(<SignInPage />);
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(screen.getByText("An e-mail is needed.")).toBeDefined();
    expect(screen.getByLabelText("Password").getAttribute("aria-invalid")).toBe("true");
    expect(server.changes).toEqual([]);
  });

  it("says who can let one in who is not on the list", async () => {
    const msg = "eve@example.com is not on this installation's list: ask its administrator";
    server.refuses("post /api/auth/sign-in", 403, { code: "not_listed", msg, field: "email" });
    render(<SignInPage />);
    await fillIn("eve@example.com", "correct horse", "Sign in");
    expect((await screen.findByRole("alert")).textContent).toContain(msg);
    expect(screen.getByText("aibt users allow eve@example.com")).toBeDefined();
  });

  it("says when one may try again", async () => {
    const body = { code: "rate_limited", msg: "too many", field: null, correlation_id: "c" };
    server.on("post /api/auth/sign-in", body, 429, { "Retry-After": "90" });
    render(<SignInPage />);
    await fillIn("ada@example.com", "wrong", "Sign in");
    expect(await screen.findByText(/Try again in 1 min 30 s/)).toBeDefined();
  });

  it("tells on a laptop of the link that was printed", async () => {
    render(<SignInPage />);
    expect(await screen.findByText("aibt users link")).toBeDefined();
  });

  it("shows only the ways that the server offers", async () => {
    const body = { identity: "local", mode: "production", sign_up: false, link: false };
    server.on("get /api/auth/ways", body);
    render(<SignInPage />);
    await waitFor(() => expect(screen.queryByText("aibt users link")).toBeNull());
    expect(screen.queryByRole("link", { name: "Sign up" })).toBeNull();
  });

  it("leaves at once who is signed in already", async () => {
    useWho.setState({ status: "signed-in", user: aSignIn().user }, true);
    render(<SignInPage />);
    await waitFor(() => expect(replace).toHaveBeenCalledWith("/"));
  });
});

describe("a one-time link", () => {
  it("signs in, and its token leaves the address at once", async () => {
    server.on("post /api/auth/link", aSignIn());
    window.history.replaceState(null, "", "/sign-in#secret-token");
    render(<SignInPage />);
    expect(window.location.hash).toBe("");
    await waitFor(() => expect(replace).toHaveBeenCalledWith("/"));
    expect(server.changes).toEqual([
      { what: "post /api/auth/link", body: { token: "secret-token", cookie: true } },
    ]);
  });

  it("that is used up is explained, with the command that prints another one", async () => {
    const msg = "this link is not valid, or not any more";
    server.refuses("post /api/auth/link", 401, { code: "not_signed_in", msg });
    window.history.replaceState(null, "", "/sign-in#used");
    render(<SignInPage />);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain(msg);
    expect(alert.textContent).toContain("aibt users link");
    expect(screen.getByLabelText("Password")).toBeDefined();
  });
});

describe("signing up", () => {
  it("tells the rules before they are broken", async () => {
    render(<SignUpPage />);
    expect(screen.getByText("10 to 128 characters")).toBeDefined();
    await fillIn("ada@example.com", "short", "Sign up");
    expect(screen.getByText("A password has 10 to 128 characters.")).toBeDefined();
    expect(server.changes).toEqual([]);
  });

  it("shows at its field what the server finds wrong with it", async () => {
    const msg = "it is one of the most common ones";
    server.refuses("post /api/auth/sign-up", 422, { code: "invalid", msg, field: "password" });
    render(<SignUpPage />);
    await fillIn("ada@example.com", "correct horse battery", "Sign up");
    expect(await screen.findByText(msg)).toBeDefined();
    expect(screen.getByLabelText("Password").getAttribute("aria-invalid")).toBe("true");
  });

  it("says that the e-mail must be confirmed first", async () => {
    const body = { email: "ada@example.com", msg: "confirm your e-mail with the link" };
    server.on("post /api/auth/sign-up", body, 202);
    render(<SignUpPage />);
    await fillIn("ada@example.com", "correct horse battery", "Sign up");
    expect(await screen.findByText(new RegExp(body.msg))).toBeDefined();
    expect(replace).not.toHaveBeenCalled();
  });

  it("leads who has an account to the sign-in", async () => {
    const msg = "there is an account with this e-mail";
    server.refuses("post /api/auth/sign-up", 409, { code: "email_taken", msg, field: "email" });
    render(<SignUpPage />);
    await fillIn("ada@example.com", "correct horse battery", "Sign up");
    expect((await screen.findByRole("alert")).textContent).toContain(msg);
    expect(screen.getAllByRole("link", { name: "Sign in" })).toHaveLength(2);
  });
});
