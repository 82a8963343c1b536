"use client";

import { clsx } from "clsx";
import { useVirtualizer } from "@tanstack/react-virtual";
import Link from "./link";
import type { ReactNode, RefObject } from "react";
import { Checkbox } from "./choice";
import type { DataTableProps } from "./table";
import { alignments } from "./table-column";

interface SortedRow<T> {
  id: string;
  original: T;
}

type TableBodyProps<T> = DataTableProps<T> & {
  sorted: readonly SortedRow<T>[];
  scroller: RefObject<HTMLDivElement | null>;
};

export function TableBody<T>(props: TableBodyProps<T>) {
  return props.virtual ? <VirtualBody {...props} /> : <WholeBody {...props} />;
}

function WholeBody<T>({ sorted, ...table }: TableBodyProps<T>) {
  return (
    <tbody>
      {sorted.map((row) => (
        <Row key={row.id} {...table} row={row} />
      ))}
    </tbody>
  );
}

function VirtualBody<T>({ sorted, scroller, virtual, ...table }: TableBodyProps<T>) {
  const height = virtual?.rowHeight ?? 36;
  // eslint-disable-next-line react-hooks/incompatible-library -- read in this very render, never passed on
  const virtualizer = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    measureElement: (row) => row.getBoundingClientRect().height || height,
    initialRect: { width: 0, height: virtual?.maxHeight ?? 0 },
  });
  const drawn = virtualizer.getVirtualItems();
  const before = drawn[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  return (
    <tbody>
      <Spacer height={before} />
      {drawn.map(({ index }) => {
        const row = sorted[index];
        if (!row) return null;
        return (
          <Row
            key={row.id}
            {...table}
            row={row}
            index={index}
            measure={virtualizer.measureElement}
          />
        );
      })}
      <Spacer height={after} />
    </tbody>
  );
}

function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td style={{ height }} />
    </tr>
  );
}

type RowProps<T> = Omit<TableBodyProps<T>, "sorted" | "scroller"> & {
  row: SortedRow<T>;
  index?: number;
  measure?: (element: HTMLTableRowElement | null) => void;
};

function Row<T>({ row, columns, index, measure, selected, onSelect, ...table }: RowProps<T>) {
  const isSelected = selected?.has(row.id) ?? false;
  const acts = Boolean(table.href ?? table.onRow);
  const toggle = (on: boolean) => {
    const next = new Set(selected);
    if (on) next.add(row.id);
    else next.delete(row.id);
    onSelect?.(next);
  };
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index === undefined ? undefined : index + 2}
      className={clsx("relative", acts && "hover:bg-raised", isSelected && "bg-accent/8")}
    >
      {selected && onSelect && (
        <td className={clsx(cellClass, "relative z-1 w-10")}>
          <Checkbox
            hideLabel
            label={`Select ${table.rowLabel?.(row.original) ?? row.id}`}
            checked={isSelected}
            onChange={toggle}
          />
        </td>
      )}
      {columns.map((column, at) => (
        <td
          key={column.id}
          className={clsx(
            cellClass,
            alignments[column.align ?? "left"],
            column.hideOnPhone && "hidden sm:table-cell",
          )}
        >
          {at === 0 ? (
            <RowAct row={row.original} href={table.href} onRow={table.onRow}>
              {column.cell(row.original)}
            </RowAct>
          ) : (
            column.cell(row.original)
          )}
        </td>
      ))}
    </tr>
  );
}

const cellClass =
  "border-line h-9 border-b in-[tr:last-child]:border-b-0 px-3 py-1.5 first:pl-3 sm:first:pl-4 pointer-coarse:h-11";

type RowActProps<T> = Pick<DataTableProps<T>, "href" | "onRow"> & { row: T; children: ReactNode };

/** The one link or button of a row reaches over all of it; other controls in the row stand above (`relative z-1`). */
function RowAct<T>({ row, href, onRow, children }: RowActProps<T>) {
  const className =
    "cursor-pointer text-left font-medium after:absolute after:inset-0 hover:text-accent focus-visible:outline-offset-2";
  if (href) {
    return (
      <Link href={href(row)} className={className}>
        {children}
      </Link>
    );
  }
  if (onRow) {
    return (
      <button type="button" onClick={() => onRow(row)} className={className}>
        {children}
      </button>
    );
  }
  return children;
}
