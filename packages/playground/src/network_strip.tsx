/** The network around the cell as a row of stages. */

import type { DocumentView, StageView } from "./document.js";
import { colorOf } from "./operators.js";

const MOST_SHOWN = 40;

/** Show stem, stages and head in order. */
export function NetworkStrip({ view }: { readonly view: DocumentView }) {
  if (!view.stages.length) return null;
  const rest = view.stages.length - MOST_SHOWN;
  return (
    <ol class="strip" aria-label="Network">
      {view.stages.slice(0, MOST_SHOWN).map((stage) => (
        <li key={`${stage.part}${stage.place}`} class={`of-${stage.cell ? "cell" : colorOf(stage.op, view)}`}>
          {labelOf(stage)}
        </li>
      ))}
      {rest > 0 && <li class="of-plain">{rest} more</li>}
      {view.classes !== null && <li class="of-end">{view.classes} classes</li>}
    </ol>
  );
}

function labelOf({ cell, op, repeats, width, stride }: StageView): string {
  const count = repeats > 1 ? `${repeats} × ` : "";
  const shape = [width === null ? "" : String(width), stride > 1 ? `/${stride}` : ""].filter(Boolean).join(" ");
  return `${count}${cell || op}${shape ? ` ${shape}` : ""}`;
}
