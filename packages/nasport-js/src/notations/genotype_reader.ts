/** Convert the two cells of a document into a genotype, based only on their structure. */

import { InputError, type PathInDocument } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Architecture, Cell, Node } from "../schemas/architecture.js";
import type { Operator } from "../schemas/operators.js";
import { cellOf, shipped } from "./base.js";
import { type Edge, type Genotype, type Half, INPUT_ROLES, OPERATORS } from "./genotype.js";

const CELL_ROLES = ["normal", "reduction"] as const;
const ROLES: readonly string[] = INPUT_ROLES;

/**
 * Return the genotype of a document; the roles `normal` and `reduction` identify its cells.
 *
 * Throws `InputError`: a cell that no genotype can express; the message names the node.
 *
 * @param operators - Allowed operator keys; an operator with a synonymous key gets the key from this list.
 */
export function genotypeOf(architecture: Architecture, operators: readonly string[] = OPERATORS): Genotype {
  const [normal, reduce] = CELL_ROLES.map((role) => new CellReader(architecture, role, operators).read());
  return { normal, reduce };
}

/**
 * Converter of a cell into one half of a genotype. Each node must be an input, an operator, a sum of operators, or the output.
 */
class CellReader {
  readonly #path: PathInDocument;
  readonly #nodes: readonly Node[];
  readonly #byId: ReadonlyMap<string, Node>;
  readonly #keyOf: ReadonlyMap<string, string>;
  readonly #operators = new Map<string, Operator>();

  constructor(architecture: Architecture, role: string, operators: readonly string[]) {
    const { name, cell } = cellWithRole(architecture, role);
    this.#path = ["cells", name, "nodes"];
    this.#nodes = cell.nodes;
    this.#byId = new Map(cell.nodes.map((one) => [one.id, one]));
    this.#keyOf = new Map(operators.map((key) => [shipped(key).identity, key]));
    for (const one of cell.nodes) {
      if (one.candidates.length) throw this.#error(one, "has several candidates, expected one operator");
      const operator = architecture.operator(one.op);
      if (one.attributes.length && ["input", "output", "sum"].includes(operator.kind)) {
        throw this.#error(one, `has attributes, expected none for '${operator.kind}'`);
      }
      this.#operators.set(one.id, operator.withAttributes(Object.fromEntries(one.attributes)));
    }
    if (cell.channels !== "stack") {
      throw this.#cellError(`the channels are '${cell.channels}', expected 'stack' in a genotype`);
    }
  }

  /** Return the half of the genotype. */
  read(): Half {
    const numbers = this.#inputNumbers();
    const nodes: Edge[][] = [];
    const waiting = new Map(this.#ofKind("sum").map((one) => [one.id, this.#summed(one)]));
    while (waiting.size) {
      const next = [...waiting].find(([, edges]) => edges.every(([, source]) => numbers.has(source)));
      if (next === undefined) throw new Error("a checked cell has no cycle");
      const [name, edges] = next;
      waiting.delete(name);
      nodes.push(edges.map(([operator, source]) => [operator, numbers.get(source) ?? 0]));
      numbers.set(name, numbers.size);
    }
    this.#checkUses();
    return { nodes, concat: this.#concat(numbers) };
  }

  /** Return the numbers of the inputs by id. */
  #inputNumbers(): Map<string, number> {
    const inputs = this.#ofKind("input");
    for (const role of ROLES) {
      const count = inputs.filter((one) => one.role === role).length;
      if (count !== 1) throw this.#cellError(`${count} inputs with the role '${role}', expected one`);
    }
    for (const one of inputs) {
      if (!ROLES.includes(one.role)) throw this.#error(one, `is a further input, expected only ${ROLES.join(" and ")}`);
    }
    return new Map(inputs.map((one) => [one.id, ROLES.indexOf(one.role)]));
  }

  /** A genotype would list an operator that two nodes read twice, which would be two operators. */
  #checkUses(): void {
    const sources = this.#nodes.flatMap((one) => one.inputs);
    for (const one of this.#nodes) {
      const uses = sources.filter((source) => source === one.id).length;
      if (!["input", "output", "sum"].includes(this.#kind(one.id)) && uses !== 1) {
        throw this.#error(one, `is an input of ${uses} nodes, expected one sum`);
      }
    }
  }

  #ofKind(kind: string): Node[] {
    return this.#nodes.filter((one) => this.#kind(one.id) === kind);
  }

  #kind(id: string): string {
    return this.#operators.get(id)?.kind ?? "";
  }

  /** Return the operators of a sum, each with the input or sum that it reads. */
  #summed(sum: Node): [string, string][] {
    if (sum.inputs.length === 0 || sum.join !== "sum") {
      throw this.#error(sum, `joins ${sum.inputs.length} nodes by ${sum.join}, expected a sum of operators`);
    }
    return sum.inputs.map((source) => {
      if (["input", "sum"].includes(this.#kind(source))) {
        throw this.#error(sum, `sums ${pythonRepr(source)} without an operator, expected e.g. skip_connect`);
      }
      const one = this.#byId.get(source) ?? sum;
      const key = this.#keyOf.get(this.#operators.get(source)?.identity ?? "");
      if (key === undefined) {
        throw this.#error(one, `is ${pythonRepr(one.op)}, expected one of ${[...this.#keyOf.values()].join(", ")}`);
      }
      if (one.inputs.length !== 1 || !["input", "sum"].includes(this.#kind(one.inputs[0]))) {
        throw this.#error(one, "has other inputs, expected one input of the cell or one sum");
      }
      return [key, one.inputs[0]];
    });
  }

  /** Return the numbers of the nodes that the output concatenates. */
  #concat(numbers: ReadonlyMap<string, number>): number[] {
    const outputs = this.#ofKind("output");
    if (outputs.length !== 1) throw this.#cellError(`${outputs.length} outputs, expected one`);
    const [output] = outputs;
    if (output.join !== "concat" && output.inputs.length > 1) {
      throw this.#error(output, `joins by ${output.join}, expected concat`);
    }
    if (output.inputs.length === 0 || !output.inputs.every((source) => numbers.has(source))) {
      throw this.#error(output, "has other inputs, expected sums or inputs of the cell");
    }
    if (new Set(output.inputs).size < output.inputs.length) {
      throw this.#error(output, "has a duplicate input, expected different inputs");
    }
    return output.inputs.map((source) => numbers.get(source) ?? 0);
  }

  #error(one: Node, problem: string): InputError {
    const place = this.#nodes.indexOf(one);
    return new InputError(`not a genotype: node ${pythonRepr(one.id)} ${problem}`, { path: [...this.#path, place] });
  }

  #cellError(problem: string): InputError {
    return new InputError(problem, { path: this.#path.slice(0, 2) });
  }
}

function cellWithRole(architecture: Architecture, role: string): { name: string; cell: Cell } {
  const cells = [...architecture.cells].filter(([, cell]) => cell.role === role);
  if (cells.length !== 1) {
    const expected = `expected one cell for each of the roles ${CELL_ROLES.join(", ")}`;
    throw new InputError(`${cells.length} cells with the role '${role}', ${expected}`, { path: ["cells"] });
  }
  const [[name, cell] = ["", cellOf([])]] = cells;
  return { name, cell };
}
