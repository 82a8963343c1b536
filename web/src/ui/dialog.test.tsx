import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Problem } from "@/api/problem";
import { Button } from "./button";
import { ConfirmDialog, Dialog } from "./dialog";
import { Field, TextInput } from "./field";

it("takes the focus to its first field, keeps it, and gives it back", async () => {
  render(
    <Dialog trigger={<Button>Open</Button>} title="A form">
      <Field label="Name">
        <TextInput value="" onChange={() => undefined} />
      </Field>
    </Dialog>,
  );
  const opener = screen.getByRole("button", { name: "Open" });
  await userEvent.click(opener);
  expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Name" }));
  await userEvent.tab();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Close" }));
  await userEvent.tab();
  expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Name" }));
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(opener);
});

it("asks with its consequence, and begins at the harmless answer", async () => {
  const onConfirm = vi.fn();
  render(
    <ConfirmDialog
      open
      title="Delete momentum-1?"
      consequence="Its weights are lost for good."
      confirmLabel="Delete the bot"
      onConfirm={onConfirm}
      danger
      problem={new Problem("bot_busy", "The bot has a running training.")}
    />,
  );
  const dialog = screen.getByRole("alertdialog", { name: "Delete momentum-1?" });
  const described = document.getElementById(dialog.getAttribute("aria-describedby") ?? "");
  expect(described?.textContent).toBe("Its weights are lost for good.");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Cancel" }));
  expect(screen.getByRole("alert").textContent).toContain("The bot has a running training.");
  await userEvent.click(screen.getByRole("button", { name: "Delete the bot" }));
  expect(onConfirm).toHaveBeenCalledOnce();
});
