/** The drawing of a cell, fitted into the width of the page. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CellView } from "./document.js";
import { canBeDrawn, MOST_DRAWN, placed, type Direction, type Placed } from "./layout.js";
import { Scene, type SceneProps } from "./scene.js";

const WIDE = 640;

/** Draw a cell in layers, or say why there is no drawing. */
export function Drawing(props: Omit<SceneProps, "scene" | "width">) {
  const { cell } = props;
  const [frame, width] = useWidth();
  const shape = JSON.stringify(cell.nodes.map(({ id, op, inputs, candidates }) => [id, op, inputs, candidates.length]));
  const scene = useMemo(() => fitting(cell, width), [shape, width]);
  return (
    <div ref={frame} class="drawing">
      {scene && scene.nodes.length > 0 ? <Scene {...props} scene={scene} width={width} /> : <NoDrawing cell={cell} />}
    </div>
  );
}

function NoDrawing({ cell }: { readonly cell: CellView }) {
  if (!cell.nodes.some(({ id }) => id)) return <p class="hint">The cell has no node that can be drawn.</p>;
  return (
    <p class="hint">
      The cell has {cell.nodes.length.toLocaleString("en-US")} nodes, which is too much for a drawing: it shows at most{" "}
      {MOST_DRAWN} nodes, and fewer if they have many edges. The table lists the nodes.
    </p>
  );
}

/** Lay out from left to right where that fits, else from top to bottom; null for a cell that is too large. */
function fitting(cell: CellView, width: number): Placed | null {
  if (!canBeDrawn(cell)) return null;
  const directions: Direction[] = width >= WIDE ? ["LR", "TB"] : ["TB"];
  const scenes = directions.map((direction) => placed(cell, direction));
  return scenes.find((scene) => scene.width <= width * 1.1) ?? scenes[scenes.length - 1] ?? null;
}

/** Watch the width of an element. */
function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  return [frame, width || 320] as const;
}
