import { clsx } from "clsx";
import { csv } from "@/lib/csv";
import { Panel } from "@/ui/panel";
import { figureGroups, type FigureWords, type Figures } from "./figure-words";
import { SaveCsv } from "./save-button";

/** Every figure with what it means. */
export function FiguresPanel({ figures, file }: { figures: Figures; file: string }) {
  return (
    <Panel
      title="All figures"
      hint="After costs. What is not defined is a dash."
      actions={
        <SaveCsv file={`${file}-figures`} of="all figures" text={() => figuresCsv(figures)} />
      }
    >
      <div className="gap-x-8 lg:columns-2">
        {figureGroups.map(({ title, figures: words }) => (
          <section key={title} className="mb-5 min-w-0 break-inside-avoid">
            <h3 className="text-muted mb-1 text-xs font-semibold">{title}</h3>
            <dl>
              {words.map((each) => (
                <Figure key={each.label} words={each} figures={figures} />
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Panel>
  );
}

function Figure({ words, figures }: { words: FigureWords; figures: Figures }) {
  const { label, meaning, text, gain } = words;
  const sign = gain ? Math.sign(Number(figures[gain] ?? 0)) : 0;
  return (
    <div className="border-line grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 border-t py-2">
      <dt className="font-medium">{label}</dt>
      <dd
        className={clsx("text-right font-semibold", sign > 0 && "text-up", sign < 0 && "text-down")}
      >
        {text(figures)}
      </dd>
      <dd className="text-muted col-span-2 text-sm">{meaning}</dd>
    </div>
  );
}

function figuresCsv(figures: Figures): string {
  return csv(["figure", "value"], Object.entries(figures));
}
