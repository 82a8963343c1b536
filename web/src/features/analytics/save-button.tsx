"use client";

import { FileSpreadsheet, ImageDown } from "lucide-react";
import { useState } from "react";
import { saveFile } from "@/lib/csv";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";

interface SavePngProps {
  /** Name of the file without its ending. */
  file: string;
  /** What it is a picture of. */
  of: string;
  draw: () => Promise<Blob>;
}

/** Saves what a chart shows as a picture. */
export function SavePng({ file, of, draw }: SavePngProps) {
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      saveFile(`${file}.png`, await draw());
    } catch {
      toast("The picture could not be made. Try again when the chart is drawn.", {
        tone: "danger",
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      size="sm"
      variant="ghost"
      icon={ImageDown}
      busy={isBusy}
      aria-label={`PNG of ${of}`}
      onClick={() => void save()}
    >
      PNG
    </Button>
  );
}

/** Saves numbers as a table. */
export function SaveCsv({ file, of, text }: { file: string; of: string; text: () => string }) {
  return (
    <Button
      size="sm"
      variant="ghost"
      icon={FileSpreadsheet}
      aria-label={`CSV of ${of}`}
      onClick={() => saveFile(`${file}.csv`, text())}
    >
      CSV
    </Button>
  );
}
