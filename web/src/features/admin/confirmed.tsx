"use client";

import { useState } from "react";
import { useCommand } from "@/api/hooks";
import { ConfirmDialog } from "@/ui/dialog";

/** Something that is done only after its consequence was read. */
export interface Deed {
  title: string;
  consequence: string;
  confirmLabel: string;
  danger?: boolean;
  act: () => Promise<unknown>;
}

/** Returns what asks before a deed, and the dialog in which it is asked. */
export function useConfirmed(): [(deed: Deed) => void, React.ReactNode] {
  const [deed, setDeed] = useState<Deed | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const { run, busy, problem, reset } = useCommand(perform);
  const ask = (asked: Deed) => {
    reset();
    setDeed(asked);
    setIsOpen(true);
  };
  const confirm = async () => {
    if (deed !== null && (await run(deed))) setIsOpen(false);
  };
  const dialog = deed && (
    <ConfirmDialog
      open={isOpen}
      onOpenChange={setIsOpen}
      title={deed.title}
      consequence={deed.consequence}
      confirmLabel={deed.confirmLabel}
      danger={deed.danger}
      busy={busy}
      problem={problem}
      onConfirm={() => void confirm()}
    />
  );
  return [ask, dialog];
}

async function perform({ act }: Deed): Promise<true> {
  await act();
  return true;
}
