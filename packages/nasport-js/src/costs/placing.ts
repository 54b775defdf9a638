/**
 * Order the nodes of a cell and place operators in it, with shapes and costs.
 *
 * A mixed node of a supernet computes the mean of its operators, so its cost is the rounded mean of their costs, where
 * `none` costs nothing. All its operators must give the same shape.
 */

import { UnknownCostError } from "../errors.js";
import { cellGraph, kindOf } from "../graphs/cell_graph.js";
import { applied } from "../operators/index.js";
import type { Applied } from "../operators/index.js";
import { added, mean } from "../operators/quantities.js";
import type { Cost, Levels, Shape } from "../operators/quantities.js";
import type { Architecture, Cell, Node } from "../schemas/architecture.js";
import { Operator } from "../schemas/operators.js";

/** Kinds of operators that keep the width of their input, even if the stage has another width. */
const KEEPS_WIDTH: ReadonlySet<string> = new Set([
  "output",
  "sum",
  "concat",
  "product",
  "mean",
  "elementwise",
  "activation",
  "normalization",
]);

/** An identity, which becomes a projection where the shape changes. */
export const PROJECTION: readonly Operator[] = [new Operator("", "identity")];

/** A node of a cell with its operators. */
export interface OrderedNode {
  readonly node: Node;
  /** Operators with the attributes of the node; several in a mixed node. */
  readonly operators: readonly Operator[];
  /** Kind of the node, from `kindOf`. */
  readonly kind: string;
  /** Places of its inputs in the topological order. */
  readonly sources: readonly number[];
  /** Number of its inputs that are inputs of the cell. */
  readonly entering: number;
  /** Position of the node in the document. */
  readonly place: number;
}

/** Return an error whose path is a key of a node. */
export function nodeError(step: OrderedNode, problem: string, key = "inputs"): UnknownCostError {
  return new UnknownCostError(problem, { path: ["nodes", step.place, key] });
}

/** Return an error to throw again; if it is an `UnknownCostError`, its path gets the keys of `path` in front. */
export function within(error: unknown, ...path: (string | number)[]): unknown {
  return error instanceof UnknownCostError ? error.within(...path) : error;
}

/** Return the nodes of a cell in topological order. */
export function cellSteps(cell: Cell, architecture: Architecture): readonly OrderedNode[] {
  const { operators, wiring } = cellGraph(cell, architecture);
  const { entering, sources } = wiring;
  return wiring.order.map((place, k) => ({
    node: cell.nodes[place],
    operators: operators[place],
    kind: kindOf(operators[place]),
    sources: sources[k],
    entering: entering[place],
    place,
  }));
}

/**
 * Return the cost and the output shape of a node.
 *
 * Throws `UnknownCostError` if the cost is unknown, or if the candidates give different shapes.
 *
 * @param operators - Operators of the node.
 * @param source - Shape of the input; see `applied` for this and the next two arguments.
 * @param keeps - Whether operators of the kinds `KEEPS_WIDTH` ignore `width`.
 */
export function counted(
  operators: readonly Operator[],
  source: Shape,
  width: number | null,
  stride = 1,
  keeps = false,
): Applied {
  const widthOf = ({ kind }: Operator): number | null => (keeps && KEEPS_WIDTH.has(kind) ? null : width);
  if (operators.length === 1) {
    return applied(operators[0], source, widthOf(operators[0]), stride);
  }
  const results = operators.map((operator) => applied(operator, source, widthOf(operator), stride));
  const shapes = new Set(results.map(({ shape }) => shape.key));
  if (shapes.size > 1) {
    throw new UnknownCostError(`the candidates give ${shapes.size} different shapes, expected the same shape`);
  }
  return { cost: mean(results.map(({ cost }) => cost)), shape: results[0].shape };
}

/** Return `counted` of a node, or of an operator that the channels rule adds in front of it. */
export function countedIn(
  step: OrderedNode,
  operators: readonly Operator[],
  source: Shape,
  width: number | null,
  stride = 1,
  keeps = false,
): Applied {
  try {
    return counted(operators, source, width, stride, keeps);
  } catch (error) {
    throw within(error, "nodes", step.place, "op");
  }
}

/** A cell at one position of a network. */
export interface PlacedCell {
  /** Cost of all its operators. */
  readonly cost: Cost;
  /** Shape of its output. */
  readonly shape: Shape;
  /** Shapes of the outputs if they have several resolutions and are not concatenated. */
  readonly maps?: readonly Shape[];
  /** For an `own` cell, the trainable parameters at each resolution. */
  readonly levels?: Levels;
}

/** An operator to place: that of a node, or one that the channels rule of the cell adds. */
export interface Placement {
  /** The node; for an added operator, the node that reads it. */
  readonly step: OrderedNode;
  /** Operators that differ from those of the node. */
  readonly operators?: readonly Operator[];
  /** Shape of the joined inputs. */
  readonly source: Shape;
  readonly width: number | null;
  readonly stride?: number;
  /** Whether operators of some kinds ignore `width`, see `counted`. */
  readonly keeps?: boolean;
  /** `projection` or `parts` (a concatenation) for an added operator. */
  readonly extra?: string;
}

/** The operators of a cell that have been placed so far. */
export class Placing {
  readonly costs: Cost[] = [];
  /** Shapes of results by their ids. */
  readonly shapes = new Map<string, Shape>();

  /** Place an operator and return the id of its result. Throws `UnknownCostError`. */
  add({ step, operators = step.operators, source, width, stride = 1, keeps = false, extra = "" }: Placement): string {
    const id = extra ? `${extra} ${this.shapes.size} of ${step.node.id}` : step.node.id;
    const { cost, shape } = countedIn(step, operators, source, width, stride, keeps);
    this.costs.push(cost);
    this.shapes.set(id, shape);
    return id;
  }

  /** Return the shape of a result that was placed before. */
  shapeOf(id: string): Shape {
    const shape = this.shapes.get(id);
    if (shape === undefined) {
      throw new Error(`the node ${JSON.stringify(id)} was not placed before it was read`);
    }
    return shape;
  }

  /** Return the finished cell, whose output is the concatenation of `outputs`. */
  cell(outputs: readonly string[]): PlacedCell {
    return placedCell(this.costs, outputs.map((output) => this.shapeOf(output)));
  }
}

/** Return a cell with the costs of its operators, whose output is the concatenation of `outputs`. */
export function placedCell(costs: readonly Cost[], outputs: readonly Shape[]): PlacedCell {
  const [first] = outputs;
  if (outputs.length === 1) {
    return { cost: added(costs), shape: first };
  }
  if (outputs.some((shape) => !shape.hasSizeOf(first))) {
    throw new UnknownCostError("the outputs of the cell have different resolutions, expected the same");
  }
  const channels = outputs.reduce((sum, shape) => sum + shape.channels, 0);
  return { cost: added(costs), shape: first.withChannels(channels) };
}
