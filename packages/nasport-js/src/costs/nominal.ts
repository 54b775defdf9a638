/**
 * Networks in which operators of unknown cost are replaced by ones of known cost.
 *
 * An operator of unknown cost (linear attention, an operator of kind `other`) must not hide the cost of the rest of the
 * network. It counts like a convolution of about its relative weight, or like an identity if its weight is unknown.
 */

import { withAttributes } from "../graphs/cell_graph.js";
import { isCounted, relativeWeight } from "../operators/index.js";
import { roundHalfEven } from "../operators/quantities.js";
import type { Architecture, Cell, Stage } from "../schemas/architecture.js";
import { Operator } from "../schemas/operators.js";
import type { Attributes, Value } from "../schemas/operators.js";

const OF_SHAPES = ["channels", "stride", "resolution", "resolution_width"];

/** Return the same network with every operator of unknown cost replaced by one of known cost. */
export function nominalArchitecture(architecture: Architecture): Architecture {
  const { skeleton } = architecture;
  const nominal = new Replacements(architecture);
  const cells = new Map([...architecture.cells].map(([name, cell]) => [name, nominal.inCell(cell)]));
  const stages = skeleton && {
    ...skeleton,
    stem: nominal.inStages(skeleton.stem),
    stages: nominal.inStages(skeleton.stages),
    head: nominal.inStages(skeleton.head),
  };
  return architecture.withParts({ cells, skeleton: stages, operators: nominal.operators() });
}

/** The replacements of the operators of a document. */
class Replacements {
  private readonly replaced = new Map<string, Operator>();

  constructor(private readonly architecture: Architecture) {}

  inCell(cell: Cell): Cell {
    const isOwn = cell.channels === "own";
    const nodes = cell.nodes.map((node) => ({
      ...node,
      op: node.op && this.key(node.op, node.attributes, isOwn),
      candidates: node.candidates.map((key) => this.key(key, node.attributes, isOwn)),
    }));
    return { ...cell, nodes };
  }

  inStages(stages: readonly Stage[]): readonly Stage[] {
    return stages.map((stage) => ({ ...stage, op: stage.op && this.key(stage.op, stage.attributes, false) }));
  }

  /** Return the operators of the document and the replacements. */
  operators(): ReadonlyMap<string, Operator> {
    return new Map([...this.architecture.operators, ...this.replaced]);
  }

  /** Return the key of an operator, or of its replacement if its cost is unknown. */
  private key(key: string, attributes: Attributes, isOwn: boolean): string {
    const operator = this.architecture.operator(key);
    if (isCounted(withAttributes(operator, attributes))) {
      return key;
    }
    const replacement = `${key}\0${isOwn}\0${JSON.stringify(attributes)}`; // not a key of any document
    this.replaced.set(replacement, nearest(operator, attributes, isOwn));
    return replacement;
  }
}

/**
 * Return the replacement of an operator of unknown cost; in an `own` cell, it has the stated output shape.
 *
 * @param operator - Operator of the document.
 * @param attributes - Attributes of the node or stage, which also apply to the replacement.
 * @param isOwn - Whether the node is in an `own` cell.
 */
function nearest(operator: Operator, attributes: Attributes, isOwn: boolean): Operator {
  const weight = relativeWeight(operator);
  const kernel = Math.max(1, roundHalfEven(Math.sqrt(weight)));
  const found = weight > 0 ? new Operator("", "convolution", [["kernel", kernel]]) : new Operator("", "identity");
  if (!isOwn) {
    return found;
  }
  const whole = withAttributes(operator, attributes);
  const stated: Record<string, Value> = {};
  for (const name of OF_SHAPES) {
    const value = whole.value(name);
    if (value !== undefined) {
      stated[name] = value;
    }
  }
  // No operator of known cost can give every resolution.
  const shaped = "resolution" in stated ? new Operator("", "other", [["parameters", 0]]) : found;
  return shaped.withAttributes(stated);
}
