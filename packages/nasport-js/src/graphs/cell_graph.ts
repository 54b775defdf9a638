/** A cell with its operators looked up, the basis of the graph, the costs and the warnings of a document. */

import { compareTexts } from "../json/python_text.js";
import type { Architecture, Cell, Node, Stage } from "../schemas/architecture.js";
import type { Attributes, Operator, Value } from "../schemas/operators.js";
import { WIRED_KINDS, wiredNode, type WiredNode, type Wiring, wiringOf } from "./wiring.js";

/** Kind of a node with several operators. */
export const MIXED = "mixed";

/** A cell with its operators looked up. */
export interface CellGraph {
  /** Operators of every node with the attributes of the node, in document order; several in a mixed node. */
  readonly operators: ReadonlyArray<readonly Operator[]>;
  /** How the nodes feed each other. */
  readonly wiring: Wiring;
}

/**
 * Cache the last result of a function of a part and its document for as long as the part exists: a cell, a node or a stage.
 *
 * So architectures of a search space that share the object of a part share the result. The function runs again if the
 * document has other operators.
 */
export function cachedByPart<Part extends Cell | Node | Stage, Result>(
  compute: (part: Part, architecture: Architecture) => Result,
): (part: Part, architecture: Architecture) => Result {
  const place = functions++;
  return (part: Part & { [RESULTS]?: Results }, architecture) => {
    let results = part[RESULTS];
    if (results?.operators !== architecture.operators) {
      results = { operators: architecture.operators, found: [] };
      if (Object.isExtensible(part)) {
        // Not enumerable, so that a copy of the part has no results.
        Object.defineProperty(part, RESULTS, { value: results, writable: true, configurable: true });
      }
    }
    const known = results.found[place];
    if (known !== undefined) {
      return known as Result;
    }
    const result = compute(part, architecture);
    results.found[place] = result;
    return result;
  };
}

/** Results of functions of a part, with the operators of their document. A property is faster than a `WeakMap`. */
interface Results {
  readonly operators: ReadonlyMap<string, Operator>;
  readonly found: unknown[];
}

const RESULTS = Symbol("results");
let functions = 0;

/** Look up the operators of a cell and return them with its wiring. */
export const cellGraph = cachedByPart((cell: Cell, architecture): CellGraph => {
  const operators: (readonly Operator[])[] = [];
  const wired: WiredNode[] = [];
  for (const node of cell.nodes) {
    const facts = nodeFacts(node, architecture);
    operators.push(facts.operators);
    wired.push(facts.wired);
  }
  return { operators, wiring: wiringOf(wired) };
});

/** What a node has in all cells that share its object. */
interface NodeFacts {
  readonly operators: readonly Operator[];
  readonly wired: WiredNode;
}

const nodeFacts = cachedByPart((node: Node, architecture): NodeFacts => {
  const operators = operatorsOf(node, architecture);
  return { operators, wired: wiredOf(node, operators) };
});
/** Return the operators of a node with the attributes of the node; those of a mixed node are sorted. */
export function operatorsOf(node: Node, architecture: Architecture): readonly Operator[] {
  const keys = node.candidates.length ? node.candidates : [node.op];
  const operators = keys.map((key) => withAttributes(architecture.operator(key), node.attributes));
  return operators.length > 1 ? operators.sort(compareOperators) : operators;
}

/** Return the kind of a node's operator; for several operators, `none` if all are `none`, else `mixed`. */
export function kindOf(operators: readonly Operator[]): string {
  if (operators.length === 1) {
    return operators[0].kind;
  }
  return operators.every((operator) => operator.kind === "none") ? "none" : MIXED;
}

/** Return an operator with the attributes of a node or a stage instead of its own. */
export function withAttributes(operator: Operator, attributes: Attributes): Operator {
  return attributes.length ? operator.withAttributes(Object.fromEntries(attributes)) : operator;
}

function wiredOf(node: Node, operators: readonly Operator[]): WiredNode {
  const [operator] = operators;
  let kind = kindOf(operators);
  if (kind === "elementwise" && operator.word("operation") === "product") {
    kind = "product";
  }
  const { id, inputs, join } = node;
  return wiredNode({ id, inputs, join, kind: WIRED_KINDS.has(kind) ? kind : "", ordered: operator.ordered });
}

/** Compare operators by text, kind, attributes, order and key, as Python compares tuples. */
function compareOperators(some: Operator, other: Operator): number {
  return (
    compareTexts(some.text, other.text) ||
    compareTexts(some.kind, other.kind) ||
    compareAttributes(some.attributes, other.attributes) ||
    Number(some.ordered) - Number(other.ordered) ||
    compareTexts(some.key, other.key)
  );
}

function compareAttributes(some: Attributes, others: Attributes): number {
  const shared = Math.min(some.length, others.length);
  for (let k = 0; k < shared; k++) {
    const order = compareTexts(some[k][0], others[k][0]) || compareValues(some[k][1], others[k][1]);
    if (order) {
      return order;
    }
  }
  return some.length - others.length;
}

function compareValues(some: Value, other: Value): number {
  const areNumbers = typeof some === "number" && typeof other === "number";
  return areNumbers ? some - other : compareTexts(String(some), String(other));
}
