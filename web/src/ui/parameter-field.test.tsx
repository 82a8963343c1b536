import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import type { Model, ParameterName } from "@/lib/parameters";
import { ParameterField } from "./parameter-field";

function AForm<M extends Model>(props: { model: M; name: ParameterName<M>; fault?: string }) {
  const [value, setValue] = useState("");
  return <ParameterField {...props} value={value} onChange={setValue} />;
}

it("has its label and its hint, and no fault before it is touched", () => {
  render(<AForm model="TrainingsStart" name="batch_size" />);
  const input = screen.getByRole("textbox", { name: /Batch size/ });
  expect(input.ariaInvalid).not.toBe("true");
  expect(screen.getByText("Transitions per update")).toBeDefined();
});

it("says what is wrong while it is typed, and is described by it", async () => {
  render(<AForm model="TrainingsStart" name="batch_size" />);
  const input = screen.getByRole("textbox", { name: /Batch size/ });
  await userEvent.type(input, "9000");
  expect(input.getAttribute("aria-invalid")).toBe("true");
  const describedBy = input.getAttribute("aria-describedby")?.split(" ")[0] ?? "";
  expect(document.getElementById(describedBy)?.textContent).toBe("At most 8,192.");
});

it("says that it is needed once it has been left empty", async () => {
  render(<AForm model="TrainingsStart" name="batch_size" />);
  await userEvent.click(screen.getByRole("textbox", { name: /Batch size/ }));
  await userEvent.tab();
  expect(screen.getByText("Batch size is needed.")).toBeDefined();
});

it("shows what the server said", () => {
  render(<AForm model="TrainingsStart" name="symbol" fault="No source has this symbol." />);
  expect(screen.getByText("No source has this symbol.")).toBeDefined();
});

it("is a switch for yes and no", async () => {
  render(<AForm model="TrainingsStart" name="fresh" />);
  const control = screen.getByRole("switch", { name: "Start from new weights" });
  await userEvent.click(control);
  expect(control.ariaChecked).toBe("true");
});

it("shows the default where it has one", () => {
  render(<AForm model="BotsCreate" name="hidden_layers" />);
  expect(screen.getByText("Default 43")).toBeDefined();
});

it("is boxes to tick for a list of choices, with the defaults ticked", async () => {
  render(<AForm model="AgentsCreate" name="tools" />);
  const search = screen.getByRole("checkbox", { name: "Search" });
  expect(search.ariaChecked).toBe("true");
  await userEvent.click(search);
  expect(search.ariaChecked).toBe("false");
});
