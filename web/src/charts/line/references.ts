import type uPlot from "uplot";
import { translucent } from "../contrast";
import type { ChartTheme } from "../theme";
import type { ReferenceLine } from "../types";

/** Horizontal lines to compare with: zero, a benchmark. */
export function drawReferences(
  plot: uPlot,
  references: readonly ReferenceLine[],
  theme: ChartTheme,
): void {
  const { ctx: context, bbox } = plot;
  const ratio = context.canvas.width / plot.width;
  context.save();
  context.font = `${11 * ratio}px ${theme.font}`;
  context.textAlign = "right";
  for (const { value, label, dashed } of references) {
    const y = Math.round(plot.valToPos(value, "y", true));
    if (!(y >= bbox.top && y <= bbox.top + bbox.height)) continue;
    context.strokeStyle = theme.control;
    context.lineWidth = ratio;
    context.setLineDash(dashed ? [5 * ratio, 4 * ratio] : []);
    context.beginPath();
    context.moveTo(bbox.left, y);
    context.lineTo(bbox.left + bbox.width, y);
    context.stroke();
    if (!label) continue;
    const right = bbox.left + bbox.width - 4 * ratio;
    const width = context.measureText(label).width;
    context.fillStyle = translucent(theme.surface, 0.85);
    context.fillRect(right - width - 4 * ratio, y - 17 * ratio, width + 8 * ratio, 15 * ratio);
    context.fillStyle = theme.ink;
    context.fillText(label, right, y - 6 * ratio);
  }
  context.restore();
}
