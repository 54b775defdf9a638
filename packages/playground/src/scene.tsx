/** The picture of a cell: select, connect and remove with pointer or keys. */

import { useId, useMemo, useState } from "preact/hooks";
import { classes } from "./classes.js";
import { inputsText, type CellView, type DocumentView } from "./document.js";
import { reachableIds, shortened, type Placed, type PlacedNode, type Point } from "./layout.js";
import { colorOf } from "./operators.js";

export interface SceneProps {
  readonly scene: Placed;
  /** Width of the place for the drawing, in pixels. */
  readonly width: number;
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

const SMALLEST_SCALE = 0.7;
/** A drawing without controls may be smaller. */
const SMALLEST_READ_ONLY_SCALE = 0.3;
const LARGEST_SCALE = 1.15;

interface Drag {
  readonly from: string;
  readonly to: Point;
}

/** Draw the placed nodes and edges. */
export function Scene(props: SceneProps) {
  const { cell, view, scene, selected } = props;
  const reachable = useMemo(() => reachableIds(cell), [scene]);
  const arrow = `arrow${useId()}`;
  const [drag, setDrag] = useState<Drag | null>(null);
  const smallest = props.isReadOnly ? SMALLEST_READ_ONLY_SCALE : SMALLEST_SCALE;
  const scale = Math.min(LARGEST_SCALE, Math.max(smallest, (props.width - 8) / scene.width));
  const finish = (event: PointerEvent) => {
    const target = nodeAt(scene, pointOf(event));
    setDrag(null);
    if (drag && target && target !== drag.from) props.onConnect?.(drag.from, target);
  };
  return (
    <svg
      class="cell"
      role="group"
      aria-label={props.label}
      aria-describedby={props.isReadOnly ? undefined : "keys"}
      viewBox={`0 0 ${scene.width} ${scene.height}`}
      width={scene.width * scale}
      height={scene.height * scale}
      onPointerMove={(event) => drag && setDrag({ from: drag.from, to: pointOf(event) })}
      onPointerCancel={() => setDrag(null)}
      onPointerUp={(event) => drag && finish(event)}
    >
      <Arrow id={arrow} />
      <Edges {...props} reachable={reachable} arrow={arrow} />
      {drag && <Rubber scene={scene} drag={drag} />}
      {scene.nodes.map((box, place) => (
        <NodeBox
          {...props}
          key={box.node.id}
          box={box}
          color={colorOf(box.node.op, view)}
          isPale={!reachable.has(box.node.id)}
          isStop={selected ? box.node.id === selected : place === 0}
          onPort={(event) => setDrag({ from: box.node.id, to: pointOf(event) })}
        />
      ))}
    </svg>
  );
}

function Arrow({ id }: { readonly id: string }) {
  const size = { refX: "7", refY: "4", markerWidth: "10", markerHeight: "10", markerUnits: "userSpaceOnUse" } as const;
  return (
    <defs>
      <marker id={id} viewBox="0 0 8 8" orient="auto" {...size}>
        <path class="arrow" d="M0 0.6L7.4 4L0 7.4z" />
      </marker>
    </defs>
  );
}

interface EdgesProps extends SceneProps {
  readonly reachable: ReadonlySet<string>;
  readonly arrow: string;
}

function Edges({ scene, selected, reachable, arrow, onEdge }: EdgesProps) {
  return (
    <>
      {scene.edges.map(({ from, to, path }) => {
        const isPale = !(reachable.has(from) && reachable.has(to));
        const isNear = from === selected || to === selected;
        return (
          <g key={`${from}>${to}`} class="connection" onClick={() => onEdge?.(from, to)}>
            <path class="hit" d={path} />
            <path class={classes("edge", isPale && "pale", isNear && "near")} d={path} marker-end={`url(#${arrow})`} />
          </g>
        );
      })}
    </>
  );
}

/** The line that follows the pointer while an edge is drawn. */
function Rubber({ scene, drag }: { readonly scene: Placed; readonly drag: Drag }) {
  const start = scene.nodes.find(({ node }) => node.id === drag.from);
  return start ? <path class="edge near" d={`M${start.x} ${start.y}L${drag.to.x} ${drag.to.y}`} /> : null;
}

interface BoxProps extends SceneProps {
  readonly box: PlacedNode;
  readonly color: string;
  readonly isPale: boolean;
  /** Whether the tab key reaches this node; arrow keys reach the others. */
  readonly isStop: boolean;
  onPort(event: PointerEvent): void;
}

function NodeBox(props: BoxProps) {
  const { box, color, isPale, isStop, selected, source, isReadOnly, onSelect, onKey, onPort } = props;
  const { node } = box;
  const isSelected = node.id === selected;
  const isWrong = props.wrong.has(node.id);
  const isTarget = source !== "" && source !== node.id;
  const states = [isPale && "pale", isSelected && "selected", isWrong && "wrong", isTarget && "target"];
  const place = { class: classes("node", `of-${color}`, ...states), transform: `translate(${box.x} ${box.y})` };
  const face = <Face box={box} />;
  if (isReadOnly) return <g {...place}>{face}</g>;
  return (
    <g
      {...place}
      role="button"
      tabindex={isStop ? 0 : -1}
      data-node={node.id}
      aria-label={describe(box, isPale, isWrong)}
      aria-pressed={isSelected}
      onClick={() => onSelect?.(node.id)}
      onKeyDown={(event) => onKey?.(event, node.id)}
    >
      {face}
      {node.op !== "output" && <Port x={box.width / 2} onPort={onPort} />}
    </g>
  );
}

/** The box with the operator and, below it, the name of the node. */
function Face({ box: { node, label, width, height } }: { readonly box: PlacedNode }) {
  const isEnd = node.op === "input" || node.op === "output";
  const isNamed = label !== node.id;
  return (
    <>
      <rect class="box" x={-width / 2} y={-height / 2} width={width} height={height} rx={isEnd ? height / 2 : 9} />
      <text class="op" y={isNamed ? -2 : 5}>
        {label}
      </text>{" "}
      {isNamed && (
        <text class="id" y={14}>
          {shortened(node.id)}
        </text>
      )}
    </>
  );
}

/** The circle from which an edge is drawn with the pointer. */
function Port({ x, onPort }: { readonly x: number; onPort(event: PointerEvent): void }) {
  const grab = (event: PointerEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
    onPort(event);
  };
  const stop = (event: Event) => event.stopPropagation();
  return <circle class="port" cx={x} cy={0} r={6} aria-hidden="true" onPointerDown={grab} onClick={stop} />;
}

/** Say what a screen reader says about a node, beginning with what is written on it. */
function describe({ node, label }: PlacedNode, isPale: boolean, isWrong: boolean): string {
  const reads = node.inputs.length ? `, reads ${inputsText(node)}` : "";
  const name = label === node.id ? label : `${label} ${shortened(node.id)}`;
  return `${name}${reads}${isPale ? ", not reachable" : ""}${isWrong ? ", see the message" : ""}`;
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
