/**
 * Costs of a network without its unreachable nodes, which are equal for all documents of one canonical form.
 *
 * Nodes that are not on a path from an input to an output, and operators of kind `none`, do not count. Channels that a
 * `split` cell (NAS-Bench-101) does not divide evenly are distributed evenly over its nodes. Both inputs of a `stack`
 * cell (DARTS) are preprocessed even if no node reads one of them, because every such cell has both convolutions.
 * Operators of unknown cost count as in `nominalArchitecture`.
 */

import { UnknownCostError } from "../errors.js";
import { cachedByPart, cellGraph } from "../graphs/cell_graph.js";
import { sameTexts, type Wiring } from "../graphs/wiring.js";
import type { Cost } from "../operators/quantities.js";
import type { Architecture, Cell, Node } from "../schemas/architecture.js";
import { additiveCosts } from "./additive.js";
import { NEWER, OLDER } from "./cells.js";
import { nominalArchitecture } from "./nominal.js";
import { networkCost } from "./skeleton.js";
import type { NetworkCost } from "./skeleton.js";

/**
 * Numbers of a network without its unreachable nodes; NaN if unknown.
 *
 * The parameters at a resolution are those of the convolutions in stem and stages whose output has that resolution. For
 * a network that does not read images, all numbers except `parameters` and `flops` are NaN.
 */
export interface ReachableNumbers {
  /** Trainable parameters of the whole network. */
  readonly parameters: number;
  /** Multiply-accumulates of the whole network for one input. */
  readonly flops: number;
  /** Mean over the resolutions of log(1 + parameters at the resolution). */
  readonly balanced: number;
  /** Mean over the resolutions of log(1 + parameters at the resolution times positions). */
  readonly balancedFlops: number;
  /** log(1 + sum over the resolutions of (parameters at the resolution)^(3/4) times positions^(1/2)). */
  readonly summed: number;
  /** Number of resolutions. */
  readonly resolutions: number;
  /** Number of cells and operators of the stages, counting every repeat. */
  readonly layers: number;
  /** Channels of the last stage. */
  readonly width: number;
  /** Positions of the image. */
  readonly positions: number;
}

/** Return the numbers of a network from `writtenAndReachable`; null if its cost is unknown. */
export function reachableNumbers(network: NetworkCost | null): ReachableNumbers {
  const { parameters, flops } = network?.cost ?? { parameters: NaN, flops: NaN };
  if (network === null || !network.levels.size) {
    const unknown = { balanced: NaN, balancedFlops: NaN, summed: NaN, resolutions: NaN };
    return { parameters, flops, ...unknown, layers: NaN, width: NaN, positions: NaN };
  }
  const { layers, width, positions } = network;
  let [balanced, balancedFlops, summed] = [0, 0, 0];
  // From the finest resolution to the coarsest, so that the rounding of the sums is always the same.
  for (const [size, level] of [...network.levels].sort(([some], [other]) => other - some)) {
    balanced += Math.log1p(level);
    balancedFlops += bounded(Math.log1p(level * size));
    summed += bounded(Math.sqrt(level * Math.sqrt(level) * size));
  }
  const resolutions = network.levels.size;
  return {
    parameters,
    flops,
    balanced: balanced / resolutions,
    balancedFlops: balancedFlops / resolutions,
    summed: Math.log1p(summed),
    resolutions,
    layers,
    width,
    positions,
  };
}

/** Return the largest number instead of infinity, so that a product that overflows does not spread. */
function bounded(number: number): number {
  return Math.min(number, Number.MAX_VALUE);
}

/** Costs of a network as written and without its unreachable nodes. */
export interface WrittenAndReachable {
  /** The cost as written, or the reason why it is unknown. */
  readonly written: Cost | string;
  /** The cost without unreachable nodes; null if it is unknown. */
  readonly reachable: NetworkCost | null;
}

/** Return the costs of a network as written and without its unreachable nodes. */
export function writtenAndReachable(architecture: Architecture): WrittenAndReachable {
  return additiveCosts(architecture) ?? placedCosts(architecture);
}

function placedCosts(architecture: Architecture): WrittenAndReachable {
  const written = costOrProblem(architecture);
  if (typeof written === "string") {
    return { written, reachable: reachableCost(architecture) };
  }
  // If every cell is reachable as written, the second cost equals the first one and need not be computed.
  const isReachable = written.levels.size > 0 && hasWholeCells(architecture);
  return { written: written.cost, reachable: isReachable ? written : reachableCost(architecture) };
}

function hasWholeCells(architecture: Architecture): boolean {
  for (const cell of architecture.usedCells.values()) {
    if (!isWhole(cell, architecture)) {
      return false;
    }
  }
  return true;
}

function costOrProblem(architecture: Architecture): NetworkCost | string {
  try {
    return networkCost(architecture);
  } catch (error) {
    if (error instanceof UnknownCostError) {
      return error.problem;
    }
    throw error;
  }
}

/** Whether a cell costs the same without its unreachable nodes. */
function isWhole(cell: Cell, architecture: Architecture): boolean {
  const { wiring } = cellGraph(cell, architecture);
  if (cell.channels === "stack") {
    // Dissolving a sum does not change the cost as long as the same nodes apply the stride.
    return wiring.isEnteredAsWritten && countInputs(wiring) === 2;
  }
  return cell.channels !== "split" && wiring.isReachable;
}

function countInputs(wiring: Wiring): number {
  return wiring.nodes.filter((node) => node.kind === "input").length;
}

function reachableCost(architecture: Architecture): NetworkCost | null {
  const reachable = reachableArchitecture(architecture);
  const entered = withBothInputs(reachable);
  return knownCost(entered) ?? (entered === reachable ? null : knownCost(reachable));
}

/** Return the cost of a network, if necessary with operators of unknown cost replaced; null if it is still unknown. */
function knownCost(architecture: Architecture): NetworkCost | null {
  return evenCost(architecture) ?? evenCost(nominalArchitecture(architecture));
}

function evenCost(architecture: Architecture): NetworkCost | null {
  try {
    return networkCost(architecture, true);
  } catch (error) {
    if (error instanceof UnknownCostError) {
      return null;
    }
    throw error;
  }
}

/**
 * Return an architecture whose cells contain only their reachable nodes; a cell without a path has no nodes.
 *
 * As in the canonical form, redundant sums are dissolved, and a sum reads each source once. So two documents of one
 * hash have the same costs.
 */
function reachableArchitecture(architecture: Architecture): Architecture {
  const cells = new Map<string, Cell>();
  for (const [name, cell] of architecture.cells) {
    cells.set(name, reachableCell(cell, architecture));
  }
  return architecture.withParts({ cells });
}

const reachableCell = cachedByPart((cell: Cell, architecture): Cell => {
  const { reachable } = cellGraph(cell, architecture).wiring;
  return { ...cell, nodes: reachable.map(([k, inputs]) => withInputs(cell.nodes[k], inputs)) };
});

function withInputs(node: Node, inputs: readonly string[]): Node {
  return sameTexts(inputs, node.inputs) ? node : { ...node, inputs };
}

/** Return an architecture in which all `stack` cells with nodes have both inputs; the same one if they have them. */
function withBothInputs(architecture: Architecture): Architecture {
  const cells = new Map(architecture.cells);
  for (const [name, cell] of architecture.cells) {
    cells.set(name, cellWithBothInputs(cell));
  }
  const isSame = [...cells].every(([name, cell]) => cell === architecture.cells.get(name));
  return isSame ? architecture : architecture.withParts({ cells });
}

function cellWithBothInputs(cell: Cell): Cell {
  if (cell.channels !== "stack" || !cell.nodes.length) {
    return cell;
  }
  const stated = new Set(cell.nodes.map((node) => node.role));
  const unread = [OLDER, NEWER].filter((role) => !stated.has(role)).map(unreadInput);
  return unread.length ? { ...cell, nodes: [...unread, ...cell.nodes] } : cell;
}

function unreadInput(role: string): Node {
  return { id: `unread ${role}`, op: "input", inputs: [], join: "sum", role, attributes: [], candidates: [] };
}
