import type { ReactNode } from "react";
import type { CsvValue } from "@/lib/csv";

export type SortValue = string | number | boolean | null | undefined;
export type Align = "left" | "right" | "center";

export interface Column<T> {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand right. */
  align?: Align;
  /** Makes the column sortable; what has no value stands last. */
  sortValue?: (row: T) => SortValue;
  /** What is exported; else the value that is sorted by. */
  csvValue?: (row: T) => CsvValue;
  width?: number;
  hideOnPhone?: boolean;
  /** Explains the header on hover. */
  hint?: string;
  /** Keep the header for screen readers only, as above buttons. */
  hideHeader?: boolean;
}

export const alignments: Record<Align, string> = {
  left: "text-left",
  right: "text-right",
  center: "text-center",
};
