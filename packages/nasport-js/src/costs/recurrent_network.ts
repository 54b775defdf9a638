/**
 * Cost of a network of recurrent cells (NAS-Bench-NLP).
 *
 * Klyuchnikov et al. 2020, section 4: a token embedding, layers of the same recurrent cell, and a linear decoder onto
 * the vocabulary that shares its parameters with the embedding. A `linear` node has one matrix per input and one bias.
 * The input `x` has the width of the previous layer; all other values have the width of the layer. FLOPs are those of
 * one token.
 */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import { joinOf } from "../operators/joins.js";
import { Cost, FREE, added, linear, mean } from "../operators/quantities.js";
import type { Architecture, Cell, Skeleton } from "../schemas/architecture.js";
import type { Operator } from "../schemas/operators.js";
import { cellSteps } from "./placing.js";

const TIED = "tied_embedding";
const EMBEDDINGS: ReadonlySet<string> = new Set(["embedding", TIED]);
const FREE_KINDS: ReadonlySet<string> = new Set(["output", "activation", "blend", "identity"]);

/** Vectors that the first layer reads. */
interface Vectors {
  readonly width: number;
  /** Whether the embedding and the output layer share one matrix. */
  readonly tied: boolean;
}

/** One layer: its cell, the width of its input `x` and the width of its states. */
interface Layer {
  readonly cell: Cell;
  readonly before: number;
  readonly width: number;
}

/** Return the cost of a network of recurrent cells. Throws `UnknownCostError` if it is unknown. */
export function recurrentNetwork(architecture: Architecture): Cost {
  const skeleton = skeletonOf(architecture);
  const { width, tied } = vectorsOf(skeleton, architecture);
  const layers = layersOf(skeleton, architecture, width);
  const vocabulary = skeleton.stem.length ? (skeleton.classes ?? 0) : 0;
  if (!vocabulary) {
    throw new UnknownCostError("a recurrent network has no embedding or no vocabulary, expected both");
  }
  const last = layers[layers.length - 1].width;
  if (tied && last !== width) {
    const problem = `the last layer has width ${last} and the tied embedding ${width}, expected equal widths`;
    throw new UnknownCostError(problem, { path: ["skeleton", "stages"] });
  }
  const { parameters, flops } = linear(last, vocabulary);
  const decoder = new Cost(tied ? vocabulary : parameters, flops); // if tied, only the bias adds parameters
  return added([new Cost(vocabulary * width), ...costsOf(layers, architecture), decoder]);
}

function skeletonOf({ skeleton }: Architecture): Skeleton {
  const path = ["skeleton"];
  if (skeleton === null || !skeleton.stages.length) {
    const problem = "the architecture has no skeleton, expected one with stages of a recurrent cell";
    throw new UnknownCostError(problem, { path });
  }
  if (skeleton.stem.length > 1 || skeleton.head.length) {
    const problem = "the skeleton has a head or several stages in the stem, expected one embedding as stem and no head";
    throw new UnknownCostError(problem, { path });
  }
  return skeleton;
}

function vectorsOf(skeleton: Skeleton, architecture: Architecture): Vectors {
  if (!skeleton.stem.length) {
    const channels = skeleton.input.find(([name]) => name === "channels");
    if (channels === undefined) {
      const problem = "the width of the vectors is unknown, expected an embedding in the stem or the input channels";
      throw new UnknownCostError(problem, { path: ["skeleton"] });
    }
    return { width: channels[1], tied: false };
  }
  const [{ op, width }] = skeleton.stem;
  const kind = op ? architecture.operator(op).kind : "";
  if (!EMBEDDINGS.has(kind) || width === null) {
    const problem = `the stem is ${pythonRepr(op)}, expected an embedding with a width`;
    throw new UnknownCostError(problem, { path: ["skeleton", "stem", 0] });
  }
  return { width, tied: kind === TIED };
}

function layersOf(skeleton: Skeleton, architecture: Architecture, first: number): Layer[] {
  const layers: Layer[] = [];
  let before = first;
  skeleton.stages.forEach((stage, place) => {
    const path = ["skeleton", "stages", place];
    const cell = stage.cell ? architecture.cells.get(stage.cell) : undefined;
    if (cell === undefined) {
      const problem = `the operator ${pythonRepr(stage.op)} is between recurrent cells, expected a cell`;
      throw new UnknownCostError(problem, { path });
    }
    if (cell.role !== "recurrent") {
      const role = pythonRepr(cell.role);
      const problem = `the cell ${pythonRepr(stage.cell)} has role ${role}, expected 'recurrent'`;
      throw new UnknownCostError(problem, { path });
    }
    for (let repeat = 0; repeat < stage.repeats; repeat++) {
      const width = stage.width ?? before;
      layers.push({ cell, before, width });
      before = width;
    }
  });
  return layers;
}

/** Return the costs of layers; equal layers in a row are counted once. */
function costsOf(layers: readonly Layer[], architecture: Architecture): Cost[] {
  const costs: Cost[] = [];
  layers.forEach(({ cell, before, width }, place) => {
    const last = layers[place - 1];
    const isRepeat = place > 0 && last.cell === cell && last.before === before && last.width === width;
    costs.push(isRepeat ? costs[place - 1] : stepCost(cell, architecture, before, width));
  });
  return costs;
}

/** Return the cost of one step of a cell, given the width of the previous layer and the width of the cell. */
function stepCost(cell: Cell, architecture: Architecture, before: number, width: number): Cost {
  const widths = new Map<string, number>();
  const costs: Cost[] = [];
  for (const { node, operators, kind } of cellSteps(cell, architecture)) {
    if (kind === "input") {
      widths.set(node.id, node.role === "x" ? before : width);
      continue;
    }
    const read = node.inputs.map((source) => widths.get(source) ?? width);
    const found = operators.map((operator) => vectorCost(operator, node.id, read, width));
    if (found.some(([, after]) => after !== found[0][1])) {
      const problem = `the candidates of the node ${pythonRepr(node.id)} give several widths, expected the same`;
      throw new UnknownCostError(problem);
    }
    costs.push(mean(found.map(([cost]) => cost)));
    widths.set(node.id, found[0][1]);
  }
  return added(costs);
}

/** Return the cost of an operator that reads vectors of the widths `read`, and the width of its result. */
function vectorCost(operator: Operator, id: string, read: readonly number[], width: number): readonly [Cost, number] {
  if (operator.kind === "linear") {
    return [linear(read.reduce((sum, each) => sum + each, 0), width), width];
  }
  if (!FREE_KINDS.has(operator.kind) && !["sum", "product"].includes(joinOf(operator))) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} of kind ${pythonRepr(operator.kind)} has no known cost in a ` +
        "recurrent cell, expected linear layers, activations and joins",
    );
  }
  const different = [...new Set(read)].sort((some, other) => some - other);
  if (different.length !== 1) {
    throw new UnknownCostError(
      `the node ${pythonRepr(id)} joins vectors of widths [${different.join(", ")}], expected equal widths`,
    );
  }
  return [FREE, read[0]];
}
