/**
 * Networks whose only cell keeps the shape of its input wherever it is placed (NAS-Bench-201, NATS-Bench).
 *
 * All nodes of such a cell have this shape too, so the cost of the network is that of the network with an empty cell plus
 * that of each node, which the documents of one skeleton share.
 */

import { UnknownCostError } from "../errors.js";
import { cellGraph } from "../graphs/cell_graph.js";
import type { CellGraph } from "../graphs/cell_graph.js";
import type { ReachableNode } from "../graphs/wiring.js";
import { Cost } from "../operators/quantities.js";
import type { Shape } from "../operators/quantities.js";
import type { Architecture, Cell, Skeleton } from "../schemas/architecture.js";
import type { Operator } from "../schemas/operators.js";
import { counted } from "./placing.js";
import type { WrittenAndReachable } from "./reachable.js";
import { networkCost } from "./skeleton.js";
import type { NetworkCost } from "./skeleton.js";

// More operators than a search space has.
const MAX_CACHED_NODES = 256;

/** Equal cells in a row, and the shape of their inputs and outputs. */
interface CellPlace {
  readonly shape: Shape;
  readonly times: number;
}

/** Cost of a node at all places of its cell; `levels` are its parameters at each place. */
interface NodeCost {
  readonly parameters: number;
  readonly flops: number;
  readonly levels: readonly number[];
}

/** What the documents of one skeleton share. */
interface KeptShapes {
  readonly operators: ReadonlyMap<string, Operator>;
  /** The network with an empty cell, and the places of the cell; null if the cell changes a shape. */
  readonly network: { readonly empty: NetworkCost; readonly places: readonly CellPlace[] } | null;
  /** Costs by the identity of the operator; null if one is unknown or the operator changes the shape. */
  readonly nodes: Map<string, NodeCost | null>;
}

const known = new WeakMap<Skeleton, KeptShapes>();

/** Return the costs of a network whose only cell keeps all shapes; null for all other networks. */
export function additiveCosts(architecture: Architecture): WrittenAndReachable | null {
  const { skeleton, cells } = architecture;
  const [cell] = cells.values();
  if (skeleton === null || cells.size !== 1 || architecture.usedCells.size !== 1 || !mayKeepShapes(cell)) {
    return null;
  }
  let kept = known.get(skeleton);
  if (kept?.operators !== architecture.operators) {
    kept = { operators: architecture.operators, network: emptyNetwork(architecture, cell), nodes: new Map() };
    known.set(skeleton, kept);
  }
  if (kept.network === null) {
    return null;
  }
  const { operators, wiring } = cellGraph(cell, architecture);
  const costs = nodeCosts(operators, kept.network.places, kept.nodes);
  if (costs === null) {
    return null;
  }
  const written = total(kept.network, costs);
  const reachable = wiring.isReachable ? written : total(kept.network, reachableOf(costs, wiring.reachable));
  return Number.isSafeInteger(written.cost.flops + written.cost.parameters) ? { written: written.cost, reachable } : null;
}

function reachableOf(costs: readonly NodeCost[], reachable: readonly ReachableNode[]): readonly NodeCost[] {
  const kept: NodeCost[] = [];
  for (let at = 0; at < reachable.length; at++) {
    kept.push(costs[reachable[at][0]]);
  }
  return kept;
}

/** Whether the nodes of a cell keep the shape of its input if their operators do. */
function mayKeepShapes({ nodes, role, channels }: Cell): boolean {
  if (channels !== "same" || role === "chain" || role === "recurrent") {
    return false;
  }
  return nodes.every(
    ({ candidates, attributes, join, inputs }) =>
      candidates.length === 0 && attributes.length === 0 && (join !== "concat" || inputs.length < 2),
  );
}

function emptyNetwork(architecture: Architecture, cell: Cell): KeptShapes["network"] {
  const [name] = architecture.cells.keys();
  const places: CellPlace[] = [];
  let before: Shape | null = null;
  let isKept = true;
  try {
    const cells = new Map([[name, { ...cell, nodes: [] }]]);
    const empty = networkCost(architecture.withParts({ cells }), false, (layer) => {
      if (layer.cell !== null) {
        isKept &&= before !== null && layer.target.equals(before);
        places.push({ shape: layer.target, times: layer.times });
      }
      before = layer.target;
    });
    return isKept && empty.levels.size > 0 ? { empty, places } : null;
  } catch (error) {
    if (error instanceof UnknownCostError) {
      return null;
    }
    throw error;
  }
}

/** Return the cost of every node of a cell; null if one is unknown, or if the cell has not one output. */
function nodeCosts(
  nodes: CellGraph["operators"],
  places: readonly CellPlace[],
  cache: KeptShapes["nodes"],
): readonly NodeCost[] | null {
  const costs: NodeCost[] = [];
  let outputs = 0;
  for (let at = 0; at < nodes.length; at++) {
    const operator = nodes[at][0];
    let cost = cache.get(operator.identity);
    if (cost === undefined) {
      if (cache.size === MAX_CACHED_NODES) {
        cache.clear();
      }
      cost = nodeCost(operator, places);
      cache.set(operator.identity, cost);
    }
    if (cost === null) {
      return null;
    }
    outputs += operator.kind === "output" ? 1 : 0;
    costs.push(cost);
  }
  return outputs === 1 ? costs : null;
}

function nodeCost(operator: Operator, places: readonly CellPlace[]): NodeCost | null {
  let [parameters, flops] = [0, 0];
  const levels: number[] = [];
  for (const { shape, times } of operator.kind === "input" ? [] : places) {
    const cost = costWhereKept(operator, shape);
    if (cost === null) {
      return null;
    }
    parameters += times * cost.parameters;
    flops += times * cost.flops;
    levels.push(times * cost.parameters);
  }
  return { parameters, flops, levels };
}

/** Return the cost of an operator that keeps a shape, whether or not it applies the stride of the cell; else null. */
function costWhereKept(operator: Operator, shape: Shape): Cost | null {
  try {
    const [applied, other] = [false, true].map((keeps) => counted([operator], shape, shape.channels, 1, keeps));
    const { cost } = applied;
    const areKept = applied.shape.equals(shape) && other.shape.equals(shape);
    const isAtShape = [...cost.levels].every(([positions]) => positions === shape.positions);
    const isWhole = (cost.levels.get(shape.positions) ?? 0) === cost.parameters;
    const isSame = other.cost.parameters === cost.parameters && other.cost.flops === cost.flops;
    return areKept && isAtShape && isWhole && isSame ? cost : null;
  } catch (error) {
    if (error instanceof UnknownCostError) {
      return null;
    }
    throw error;
  }
}

function total({ empty, places }: NonNullable<KeptShapes["network"]>, nodes: readonly NodeCost[]): NetworkCost {
  let { parameters, flops } = empty.cost;
  const levels = new Map(empty.levels);
  for (const node of nodes) {
    parameters += node.parameters;
    flops += node.flops;
    if (node.parameters > 0) {
      for (let k = 0; k < places.length; k++) {
        const { positions } = places[k].shape;
        levels.set(positions, (levels.get(positions) ?? 0) + node.levels[k]);
      }
    }
  }
  const { layers, width, positions } = empty;
  return { cost: new Cost(parameters, flops), levels, layers, width, positions };
}
