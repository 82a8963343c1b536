import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { Combobox, type ComboboxProps } from "./combobox";
import { matching } from "./combobox-options";
import { Field } from "./field";
import { ListInput } from "./list-input";

const options = [
  { value: "EURUSD", hint: "Euro in US dollars" },
  { value: "^GSPC", label: "S&P 500" },
  { value: "GOOGL" },
];

function Symbols({ start = "", onChange, ...props }: Partial<ComboboxProps> & { start?: string }) {
  const [value, setValue] = useState(start);
  const change = (next: string) => {
    setValue(next);
    onChange?.(next);
  };
  return (
    <Field label="Symbol" hint="What it trades">
      <Combobox value={value} onChange={change} {...props} />
    </Field>
  );
}

const box = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Symbol" });

describe("a combobox", () => {
  it("opens with an arrow, moves, and takes with Enter", async () => {
    const onChange = vi.fn();
    render(<Symbols options={options} onChange={onChange} />);
    box().focus();
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}");
    const active = box().getAttribute("aria-activedescendant") ?? "";
    expect(document.getElementById(active)?.textContent).toBe("S&P 500");
    await userEvent.keyboard("{Enter}");
    expect(onChange).toHaveBeenLastCalledWith("^GSPC");
    expect(box().value).toBe("S&P 500");
    expect(box().ariaExpanded).toBe("false");
  });

  it("closes with Escape and forgets what was typed", async () => {
    render(<Symbols options={options} start="GOOGL" />);
    await userEvent.type(box(), "x");
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(box().value).toBe("GOOGL");
  });

  it("searches all words, also of the hints", async () => {
    render(<Symbols options={options} />);
    await userEvent.type(box(), "dollars");
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
      "EURUSDEuro in US dollars",
    ]);
  });

  it("takes any text where it is free", async () => {
    const onChange = vi.fn();
    render(<Symbols options={options} free onChange={onChange} />);
    await userEvent.type(box(), "BTC-USD");
    expect(onChange).toHaveBeenLastCalledWith("BTC-USD");
  });

  it("asks elsewhere and shows what was found, or why nothing was", async () => {
    const load = vi.fn(async (text: string) => {
      if (text === "bad") throw new Error("The source does not answer.");
      return [{ value: "AAPL" }];
    });
    render(<Symbols load={load} />);
    await userEvent.type(box(), "aa");
    expect((await screen.findByRole("option")).textContent).toBe("AAPL");
    expect(load).toHaveBeenCalledTimes(1);
    await userEvent.clear(box());
    await userEvent.type(box(), "bad");
    await waitFor(() => expect(screen.getByText("The source does not answer.")).toBeDefined());
  });

  it("has the hint of its field", () => {
    render(<Symbols options={options} />);
    const hint = document.getElementById(box().getAttribute("aria-describedby") ?? "");
    expect(hint?.textContent).toBe("What it trades");
  });
});

it("what begins with the search comes first", () => {
  const found = matching([{ value: "MY-USD" }, { value: "USDJPY" }], "usd");
  expect(found.map((option) => option.value)).toEqual(["USDJPY", "MY-USD"]);
});

it("a list takes entries ended by Enter or a comma, none twice, and gives them back", async () => {
  function Universe() {
    const [values, setValues] = useState<string[]>(["GOOGL"]);
    return <ListInput label="Symbols" values={values} onChange={setValues} free />;
  }
  render(<Universe />);
  const input = screen.getByRole("combobox", { name: "Symbols" });
  await userEvent.type(input, "EURUSD{Enter}GOOGL{Enter}^GSPC,");
  const chosen = () => screen.getAllByRole("listitem").map((item) => item.textContent);
  expect(chosen()).toEqual(["GOOGL", "EURUSD", "^GSPC"]);
  await userEvent.click(screen.getByRole("button", { name: "Remove GOOGL" }));
  expect(chosen()).toEqual(["EURUSD", "^GSPC"]);
});
