import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { DataTable, type Column } from "./table";

interface Fruit {
  id: number;
  name: string;
  price: number | null;
}

const fruits: Fruit[] = [
  { id: 1, name: "pear", price: 2 },
  { id: 2, name: "Apple", price: null },
  { id: 3, name: "fig", price: 10 },
];

const columns: Column<Fruit>[] = [
  { id: "name", header: "Name", cell: (row) => row.name, sortValue: (row) => row.name },
  { id: "price", header: "Price", cell: (row) => row.price ?? "–", sortValue: (row) => row.price },
  { id: "note", header: "Note", cell: () => "fresh" },
];

const rowId = (row: Fruit) => String(row.id);

function names(): string[] {
  return screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell")[0]?.textContent ?? "");
}

function aTable(props: Partial<Parameters<typeof DataTable<Fruit>>[0]> = {}) {
  return render(
    <DataTable caption="Fruits" columns={columns} rows={fruits} rowId={rowId} {...props} />,
  );
}

it("sorts words from A and numbers from the largest, with the unknown last both ways", async () => {
  aTable();
  await userEvent.click(screen.getByRole("button", { name: "Name" }));
  expect(names()).toEqual(["Apple", "fig", "pear"]);
  await userEvent.click(screen.getByRole("button", { name: "Price" }));
  expect(names()).toEqual(["fig", "pear", "Apple"]);
  await userEvent.click(screen.getByRole("button", { name: "Price" }));
  expect(names()).toEqual(["pear", "fig", "Apple"]);
});

it("says which column it is sorted by, and sorts by the keyboard", async () => {
  aTable({ initialSort: { id: "price", descending: true } });
  expect(screen.getByRole("columnheader", { name: "Price" }).ariaSort).toBe("descending");
  screen.getByRole("button", { name: "Name" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(screen.getByRole("columnheader", { name: "Name" }).ariaSort).toBe("ascending");
  expect(screen.queryByRole("button", { name: "Note" })).toBeNull();
});

it("its scroll region can be focused and has a name", () => {
  aTable();
  expect(screen.getByRole("region", { name: /Fruits/ }).tabIndex).toBe(0);
});

it("a row leads somewhere by the link in its first column", () => {
  aTable({ href: (row) => `/fruit?id=${row.id}` });
  expect(screen.getByRole("link", { name: "pear" }).getAttribute("href")).toBe("/fruit?id=1");
});

it("a row acts by the button in its first column", async () => {
  const onRow = vi.fn();
  aTable({ onRow });
  await userEvent.click(screen.getByRole("button", { name: "fig" }));
  expect(onRow).toHaveBeenCalledWith(fruits[2]);
});

it("selects one row, and all", async () => {
  const onSelect = vi.fn();
  aTable({ selected: new Set(["1"]), onSelect, rowLabel: (row) => row.name });
  await userEvent.click(screen.getByRole("checkbox", { name: "Select fig" }));
  expect(onSelect).toHaveBeenLastCalledWith(new Set(["1", "3"]));
  await userEvent.click(screen.getByRole("checkbox", { name: "Select all rows" }));
  expect(onSelect).toHaveBeenLastCalledWith(new Set(["1", "2", "3"]));
});

it("shows what it is given for no rows", () => {
  aTable({ rows: [], empty: <p>No fruit yet</p> });
  expect(screen.getByText("No fruit yet")).toBeDefined();
});

it("draws only some of many rows and says how many there are", () => {
  const rows = Array.from({ length: 5000 }, (_, id) => ({ id, name: `fruit ${id}`, price: id }));
  aTable({ rows, virtual: { maxHeight: 360 } });
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5001");
  expect(screen.getAllByRole("row").length).toBeLessThan(60);
});
