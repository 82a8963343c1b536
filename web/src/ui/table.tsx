"use client";

import { clsx } from "clsx";
import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type SortingState,
  type Updater,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ChevronsUpDown, Download } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { csv, saveFile, type CsvValue } from "@/lib/csv";
import { Button } from "./button";
import { Checkbox } from "./choice";
import { TableBody } from "./table-body";
import { alignments, type Column, type SortValue } from "./table-column";

export type { Column } from "./table-column";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Features = typeof features;
const usualWidth = 112;

export interface DataTableProps<T> {
  /** What the table shows, for screen readers: also the name of its scroll region. */
  caption: string;
  /** Keep it outside the component, or in a memo: a new list is a new table. */
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  initialSort?: { id: string; descending?: boolean };
  /** Told when another order is chosen, as to keep it in the address. */
  onSort?: (sort: { id: string; descending: boolean }) => void;
  /** Draw only the rows that are seen; they are then all equally high. */
  virtual?: { rowHeight?: number; maxHeight: number };
  maxHeight?: number;
  empty?: ReactNode;
  /** Where a row leads; its first column becomes the link. */
  href?: (row: T) => string;
  /** What a row does; its first column becomes the button. */
  onRow?: (row: T) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: Set<string>) => void;
  /** Name of a row's checkbox. */
  rowLabel?: (row: T) => string;
  /** Name of the file without its ending; there is a button for it then. */
  exportCsv?: string;
  /** Beside the export button: filters, counts. */
  toolbar?: ReactNode;
}

export function DataTable<T>(props: DataTableProps<T>) {
  const { caption, columns, rows, rowId, initialSort, virtual, empty } = props;
  const { selected, onSelect, onSort, exportCsv, toolbar } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [sorting, setSorting] = useState<SortingState>(
    initialSort ? [{ id: initialSort.id, desc: initialSort.descending ?? false }] : [],
  );
  const sort = (change: Updater<SortingState>) => {
    const next = typeof change === "function" ? change(sorting) : change;
    setSorting(next);
    if (next[0]) onSort?.({ id: next[0].id, descending: next[0].desc });
  };
  const definitions = useMemo(() => columns.map(definitionOf), [columns]);
  const data = useMemo(() => [...rows] as (T & object)[], [rows]);
  const table = useTable({
    features,
    columns: definitions as ColumnDef<Features, T & object>[],
    data,
    getRowId: rowId,
    state: { sorting },
    onSortingChange: sort,
    enableSortingRemoval: false,
    enableMultiSort: false,
  });
  const sorted = table.getRowModel().rows;
  const ids = sorted.map((row) => row.id);
  const chosen = ids.filter((id) => selected?.has(id)).length;
  const save = () => {
    const values = sorted.map((row) => columns.map((column) => csvValue(column, row.original)));
    saveFile(
      `${exportCsv}.csv`,
      csv(
        columns.map((column) => column.header),
        values,
      ),
    );
  };
  if (rows.length === 0 && empty !== undefined) {
    return (
      <>
        {toolbar && <Toolbar>{toolbar}</Toolbar>}
        {empty}
      </>
    );
  }
  return (
    <div className="min-w-0">
      {(toolbar || exportCsv) && (
        <Toolbar>
          <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">{toolbar}</div>
          {exportCsv && (
            <Button size="sm" variant="ghost" icon={Download} onClick={save}>
              Export CSV
            </Button>
          )}
        </Toolbar>
      )}
      <div
        ref={scroller}
        role="region"
        aria-label={`${caption}: table`}
        tabIndex={0}
        style={{ maxHeight: virtual?.maxHeight ?? props.maxHeight }}
        className="relative overflow-auto -outline-offset-2"
      >
        <table
          style={{ minWidth: virtual && widthOf(columns) }}
          aria-rowcount={virtual ? sorted.length + 1 : undefined}
          className={clsx(
            "w-full border-separate border-spacing-0 text-left",
            virtual && "table-fixed",
          )}
        >
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              {selected && onSelect && (
                <th scope="col" className={clsx(headerClass, "w-10 pl-3 sm:pl-4")}>
                  <Checkbox
                    hideLabel
                    label="Select all rows"
                    checked={chosen === 0 ? false : chosen === ids.length || "indeterminate"}
                    onChange={(all) => onSelect(new Set(all ? ids : []))}
                  />
                </th>
              )}
              {table.getHeaderGroups()[0]?.headers.map((header, index) => {
                const column = columns[index];
                if (!column) return null;
                const direction = header.column.getIsSorted();
                return (
                  <HeaderCell
                    key={column.id}
                    column={column}
                    direction={direction}
                    onSort={
                      column.sortValue &&
                      (() => header.column.toggleSorting(nextDescending(column, direction, rows)))
                    }
                  />
                );
              })}
            </tr>
          </thead>
          <TableBody {...props} sorted={sorted} scroller={scroller} />
        </table>
      </div>
    </div>
  );
}

/** Columns of a fixed table share what there is, so it must be wide enough for all of them. */
function widthOf<T>(columns: readonly Column<T>[]): number {
  return columns.reduce((sum, column) => sum + (column.width ?? usualWidth), 0);
}

type Direction = false | "asc" | "desc";

/** Numbers begin with the largest, words with A. */
function nextDescending<T>(column: Column<T>, direction: Direction, rows: readonly T[]): boolean {
  if (direction !== false) return direction === "asc";
  const known = rows.find((row) => (column.sortValue?.(row) ?? null) !== null);
  return known !== undefined && typeof column.sortValue?.(known) === "number";
}

function definitionOf<T>(column: Column<T>): ColumnDef<Features, T & object, SortValue> {
  return {
    id: column.id,
    accessorFn: (row) => column.sortValue?.(row) ?? undefined,
    enableSorting: column.sortValue !== undefined,
    sortUndefined: "last",
    sortFn: (one, other, id) => compared(one.getValue(id), other.getValue(id)),
  };
}

function compared(one: SortValue, other: SortValue): number {
  if (typeof one === "string" && typeof other === "string") {
    return one.localeCompare(other, "en", { numeric: true, sensitivity: "base" });
  }
  return Number(one) - Number(other);
}

function csvValue<T>(column: Column<T>, row: T): CsvValue {
  return column.csvValue ? column.csvValue(row) : column.sortValue?.(row);
}

function Toolbar({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2 px-3 py-2 sm:px-4">{children}</div>;
}

const headerClass =
  "bg-surface border-line text-muted sticky top-0 z-10 h-9 border-b px-3 text-xs font-medium whitespace-nowrap first:pl-3 sm:first:pl-4";

interface HeaderCellProps<T> {
  column: Column<T>;
  direction: Direction;
  onSort?: () => void;
}

function HeaderCell<T>({ column, direction, onSort }: HeaderCellProps<T>) {
  const Arrow = direction === "asc" ? ArrowUp : direction === "desc" ? ArrowDown : ChevronsUpDown;
  const align = column.align ?? "left";
  return (
    <th
      scope="col"
      aria-sort={direction === false ? undefined : direction === "asc" ? "ascending" : "descending"}
      title={column.hint}
      style={{ width: column.width }}
      className={clsx(headerClass, alignments[align], column.hideOnPhone && "hidden sm:table-cell")}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className={clsx(
            "hover:text-ink -mx-1 inline-flex min-h-8 cursor-pointer items-center gap-1 rounded-sm px-1 pointer-coarse:min-h-10",
            align === "right" && "flex-row-reverse",
            direction !== false && "text-ink",
          )}
        >
          {column.header}
          <Arrow aria-hidden className={clsx("size-3", direction === false && "opacity-50")} />
        </button>
      ) : column.hideHeader ? (
        <span className="sr-only">{column.header}</span>
      ) : (
        column.header
      )}
    </th>
  );
}
