"use client";

import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Ready, SkeletonRows } from "@/ui/state";
import type { Pages } from "./use-pages";

interface ListingProps<Page> {
  title: string;
  hint: string;
  of: Pages<Page>;
  actions?: ReactNode;
  children: (pages: Page[]) => ReactNode;
}

/** A list of the administrator's, with the buttons that read it again and further. */
export function Listing<Page>({ title, hint, of, actions, children }: ListingProps<Page>) {
  return (
    <Panel
      title={title}
      hint={hint}
      flush
      actions={
        <>
          {actions}
          <Button size="sm" variant="ghost" icon={RotateCw} onClick={of.again}>
            Read again
          </Button>
        </>
      }
    >
      <Ready of={of.pages} loading={<SkeletonRows />}>
        {(pages) => (
          <>
            {children(pages)}
            {of.more && (
              <div className="flex justify-center p-3">
                <Button busy={of.isReadingMore} onClick={of.more}>
                  Show more
                </Button>
              </div>
            )}
          </>
        )}
      </Ready>
    </Panel>
  );
}
