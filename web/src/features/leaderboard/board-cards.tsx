import { formatDate } from "@/lib/format";
import { Select } from "@/ui/select";
import { sortOf, sortWord, type Line } from "./board";
import { dataColumns, ShowCheckbox, type BoardActs } from "./columns";
import { Marks } from "./figures";
import { KindSign } from "./kind";
import { LineMenu } from "./line-menu";

/** Those that stand in a card's head. */
const HEAD = ["rank", "name", "kind", "symbols", "start"];
const cells = dataColumns.filter(({ id }) => !HEAD.includes(id));
/** Of a benchmark there is no more. */
const benchmarkCells = cells.filter(({ id }) => id === "total_return");
const WORDS = ["name", "kind", "symbols"];

const orders = dataColumns
  .filter(({ id }) => id !== "rank" && id !== "kind")
  .flatMap(({ id, header }) => {
    const isWord = WORDS.includes(id);
    const [first, second] = isWord ? ["A first", "Z first"] : ["highest first", "lowest first"];
    return [
      { value: sortWord({ id, descending: !isWord }), label: `${header}, ${first}` },
      { value: sortWord({ id, descending: isWord }), label: `${header}, ${second}` },
    ];
  });

interface BoardCardsProps extends BoardActs {
  lines: readonly Line[];
  sort: string;
  onSort: (sort: string) => void;
}

/** The board where there is no room for a table. */
export function BoardCards({ lines, sort, onSort, ...acts }: BoardCardsProps) {
  return (
    <>
      <div className="border-line border-b px-3 pb-3">
        <Select
          label="Order of the lines"
          value={sortWord(sortOf(sort))}
          onChange={onSort}
          options={orders}
        />
      </div>
      <ul className="divide-line divide-y">
        {lines.map((line) => (
          <li key={line.id} className="flex flex-col gap-2 px-3 py-3">
            <Card line={line} {...acts} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Card({ line, ...acts }: BoardActs & { line: Line }) {
  const { rank, name, label, kind, symbols, start, end, score } = line;
  return (
    <>
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-semibold wrap-anywhere">
            {rank === null ? name : `${rank}. ${name}`}
          </h3>
          <p className="flex flex-wrap items-center gap-x-2 text-sm wrap-anywhere">
            <KindSign kind={kind} />
            <span className="text-muted">{label}</span>
          </p>
          <p className="text-muted text-sm">
            {symbols.join(", ")}, {formatDate(start)} to {formatDate(end)}
          </p>
          <Marks score={score} />
        </div>
        {score && <LineMenu score={score} onPublish={acts.onPublish} />}
      </div>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1.5 text-sm">
        {(score ? cells : benchmarkCells).map((column) => (
          <div key={column.id} className="border-line flex flex-col border-t pt-1">
            <dt className="text-muted text-xs">{column.header}</dt>
            <dd>{column.cell(line)}</dd>
          </div>
        ))}
      </dl>
      <ShowCheckbox line={line} hasWords {...acts} />
    </>
  );
}
