/** The drawing of a cell: select, connect and remove with pointer or keys. */

import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { CellView, DocumentView } from "./document.js";
import { canBeDrawn, MOST_DRAWN, placed, reachableIds, shortened, type Direction, type Placed, type PlacedNode, type Point } from "./layout.js";
import { colorOf } from "./operators.js";

export interface DrawingProps {
  readonly view: DocumentView;
  readonly cell: CellView;
  readonly selected: string;
  /** Ids of nodes with a mistake. */
  readonly wrong: ReadonlySet<string>;
  /** Node from which an edge is drawn; empty if none. */
  readonly source: string;
  readonly isReadOnly: boolean;
  readonly label: string;
  onSelect?(id: string): void;
  /** An edge was clicked. */
  onEdge?(from: string, to: string): void;
  onConnect?(from: string, to: string): void;
  onKey?(event: KeyboardEvent, id: string): void;
}

const WIDE = 640;
const SMALLEST_SCALE = 0.72;

/** Draw a cell in layers. */
export function Drawing(props: DrawingProps) {
  const { cell, view } = props;
  const [frame, width] = useWidth();
  const shape = JSON.stringify(cell.nodes.map(({ id, op, inputs, candidates }) => [id, op, inputs, candidates.length]));
  const scene = useMemo(() => fitting(cell, width), [shape, width]);
  const reachable = useMemo(() => reachableIds(cell), [shape]);
  const arrow = `arrow${useId()}`;
  const [drag, setDrag] = useState<{ from: string; to: Point } | null>(null);
  if (scene && !scene.nodes.length) return <div ref={frame} class="drawing"><p class="hint">The cell has no node that can be drawn.</p></div>;
  if (!scene) {
    return <div ref={frame} class="drawing"><p class="hint">The cell has {cell.nodes.length.toLocaleString("en-US")} nodes,
      which is too much for a drawing: it shows at most {MOST_DRAWN} nodes, and fewer if they have many edges. The table lists
      the nodes.</p></div>;
  }
  const scale = Math.min(1.15, Math.max(SMALLEST_SCALE, (width - 4) / scene.width));
  const start = scene.nodes.find(({ node }) => node.id === drag?.from);
  return (
    <div ref={frame} class="drawing">
      <svg
        class="cell" role="group" aria-label={props.label} viewBox={`0 0 ${scene.width} ${scene.height}`}
        width={scene.width * scale} height={scene.height * scale}
        onPointerMove={(event) => drag && setDrag({ from: drag.from, to: pointOf(event) })}
        onPointerCancel={() => setDrag(null)}
        onPointerUp={(event) => {
          if (!drag) return;
          const target = nodeAt(scene, pointOf(event));
          setDrag(null);
          if (target && target !== drag.from) props.onConnect?.(drag.from, target);
        }}
      >
        <defs>
          <marker id={arrow} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">
            <path class="arrow" d="M0 0.6L7.4 4L0 7.4z" />
          </marker>
        </defs>
        {scene.edges.map(({ from, to, path }) => (
          <g key={`${from}>${to}`} class="connection" onClick={() => props.onEdge?.(from, to)}>
            <path class="hit" d={path} />
            <path
              class={classes("edge", !(reachable.has(from) && reachable.has(to)) && "pale",
                (from === props.selected || to === props.selected) && "near")}
              d={path} marker-end={`url(#${arrow})`}
            />
          </g>
        ))}
        {drag && start && <path class="edge near" d={`M${start.x} ${start.y}L${drag.to.x} ${drag.to.y}`} />}
        {scene.nodes.map((box, place) => (
          <NodeBox
            key={box.node.id} box={box} isStop={props.selected ? box.node.id === props.selected : place === 0} color={colorOf(box.node.op, view)} isPale={!reachable.has(box.node.id)} {...props}
            onPort={(event) => setDrag({ from: box.node.id, to: pointOf(event) })}
          />
        ))}
      </svg>
    </div>
  );
}

interface BoxProps extends DrawingProps {
  readonly box: PlacedNode;
  readonly color: string;
  readonly isPale: boolean;
  /** Whether the tab key reaches this node; arrow keys reach the others. */
  readonly isStop: boolean;
  onPort(event: PointerEvent): void;
}

function NodeBox({ box, color, isPale, isStop, selected, wrong, source, isReadOnly, onSelect, onKey, onPort }: BoxProps) {
  const { node, label, width, height } = box;
  const isSelected = node.id === selected;
  const isWrong = wrong.has(node.id);
  const end = node.op === "input" || node.op === "output";
  const name = classes("node", `of-${color}`, isPale && "pale", isSelected && "selected", isWrong && "wrong",
    source !== "" && source !== node.id && "target");
  const content = (
    <>
      <rect class="box" x={-width / 2} y={-height / 2} width={width} height={height} rx={end ? height / 2 : 9} />
      <text class="op" y={label === node.id ? 5 : -2}>{label}</text>
      {" "}
      {label !== node.id && <text class="id" y={14}>{shortened(node.id)}</text>}
    </>
  );
  const transform = `translate(${box.x} ${box.y})`;
  if (isReadOnly) return <g class={name} transform={transform}>{content}</g>;
  return (
    <g
      class={name} transform={transform} role="button" tabindex={isStop ? 0 : -1} data-node={node.id}
      aria-label={describe(box, isPale, isWrong)} aria-pressed={isSelected}
      onClick={() => onSelect?.(node.id)} onKeyDown={(event) => onKey?.(event, node.id)}
    >
      {content}
      {node.op !== "output" && (
        <circle
          class="port" cx={width / 2} cy={0} r={6} aria-hidden="true"
          onPointerDown={(event) => {
            event.preventDefault();
            event.stopPropagation();
            event.currentTarget.setPointerCapture(event.pointerId);
            onPort(event);
          }}
          onClick={(event) => event.stopPropagation()}
        />
      )}
    </g>
  );
}

/** Say what a screen reader says about a node, beginning with what is written on it. */
function describe({ node, label }: PlacedNode, isPale: boolean, isWrong: boolean): string {
  const reads = node.inputs.length ? `, reads ${node.inputs.join(", ")}` : "";
  const name = label === node.id ? label : `${label} ${shortened(node.id)}`;
  return `${name}${reads}${isPale ? ", not reachable" : ""}${isWrong ? ", see the message" : ""}`;
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

/** Convert the position of a pointer to the coordinates of the drawing. */
function pointOf(event: PointerEvent): Point {
  const target = event.target;
  const svg = target instanceof SVGSVGElement ? target : target instanceof SVGElement ? target.ownerSVGElement : null;
  const matrix = svg?.getScreenCTM();
  if (!matrix) return { x: 0, y: 0 };
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  return { x, y };
}

function nodeAt(scene: Placed, { x, y }: Point): string | undefined {
  const near = ({ x: left, y: top, width, height }: PlacedNode) =>
    Math.abs(x - left) <= width / 2 + 8 && Math.abs(y - top) <= height / 2 + 8;
  return scene.nodes.find(near)?.node.id;
}

/** Join the class names that apply. */
export function classes(...names: (string | false)[]): string {
  return names.filter(Boolean).join(" ");
}
