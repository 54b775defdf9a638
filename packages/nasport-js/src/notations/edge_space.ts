/**
 * Search spaces of four-node cells (`edge_cell.ts`) and their notations, which write the six operators by name, or as integer
 * codes in one of two orders of the edges.
 */

import { InputError } from "../errors.js";
import { SPACE } from "../json/python_text.js";
import { Architecture, type Skeleton, type Source } from "../schemas/architecture.js";
import { type Notation, shown, stripped } from "./base.js";
import { edgeCell, edgeOperators, EDGES } from "./edge_cell.js";

type Edges = ReadonlyArray<readonly [source: number, target: number]>;

export const BY_TARGET: Edges = EDGES;
export const BY_SOURCE: Edges = [...EDGES].sort((one, other) => one[0] - other[0] || one[1] - other[1]);

/** Regular expression of each part of a layout; all other characters match a comma or spaces. */
const FORMS: ReadonlyMap<string, string> = new Map([
  ["{}", "([0-9]{1,9})"], ["[", "[\\[(]"], ["(", "[\\[(]"], ["]", "[\\])]"], [")", "[\\])]"],
]);

/** A search space of cells with an operator on each of six edges. */
export class EdgeCellSpace {
  /**
   * @param operators - Keys of the allowed operators.
   * @param skeleton - Skeleton of all members.
   * @param string - Function that returns the name of a cell with six operators in the order of `EDGES`.
   * @param check - Function that throws `InputError` if the skeletons of a document and of a member differ.
   */
  constructor(
    readonly name: string,
    readonly operators: readonly string[],
    readonly skeleton: Skeleton,
    readonly string: (operators: readonly string[]) => string,
    readonly check: (architecture: Architecture, of: Architecture) => void,
  ) {}

  /** Return the document of a cell with six operators in the order of `EDGES`. */
  document(operators: readonly string[], source: Source | null = null): Architecture {
    const cells = new Map([["cell", edgeCell(operators)]]);
    return new Architecture({ cells, skeleton: this.skeleton, name: this.string(operators), space: this.name, source });
  }

  /**
   * Return the six operators of a document in the order of `EDGES`.
   *
   * Throws `InputError`: a cell or skeleton outside this search space.
   */
  operatorsOf(architecture: Architecture): string[] {
    const operators = edgeOperators(architecture, this.operators);
    this.check(architecture, this.document(operators));
    return operators;
  }
}

/** What distinguishes a notation of six operators from the others. */
export interface EdgeForm {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  /** Return the six operators of a text in the order of `EDGES`; an invalid text throws `InputError`. */
  readonly read: (text: string) => readonly string[];
  /** Return the text of six operators; the inverse of `read`. */
  readonly spell: (operators: readonly string[]) => string;
}

/** Return a notation of six operators. */
export function edgeNotation(space: EdgeCellSpace, { name, description, example, read, spell }: EdgeForm): Notation {
  return {
    name,
    description,
    example,
    parse(text) {
      const short = stripped(text);
      return space.document(read(short), { format: name, text: short });
    },
    write: (architecture) => spell(space.operatorsOf(architecture)),
  };
}

/** A notation of six integers in brackets. */
export interface CodeForm {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  /** Operators by their codes. */
  readonly operators: readonly string[];
  /** Edges of the six codes. */
  readonly edges: Edges;
  /** Form of the text, with a placeholder for each code. */
  readonly layout: string;
}

/**
 * Return a notation of six integers in brackets. The parser accepts square and round brackets, spaces anywhere, and the
 * integers that numpy prints.
 */
export function edgeCodes(space: EdgeCellSpace, form: CodeForm): Notation {
  const { operators, edges, layout, example } = form;
  const parts = layout.match(/\{\}|\S/g) ?? [];
  const pattern = new RegExp(`^${parts.map((part) => FORMS.get(part) ?? `(?:,|[${SPACE}])`).join(`[${SPACE}]*`)}$`);
  const places = EDGES.map(([source, target]) => edges.findIndex((edge) => edge[0] === source && edge[1] === target));
  return edgeNotation(space, {
    ...form,
    read(text) {
      const match = pattern.exec(withoutNumpy(text));
      if (match === null) throw new InputError(`${shown(text, 200)} is not in this notation, expected e.g. ${example}`);
      const codes = match.slice(1).map(Number);
      for (const [place, code] of codes.entries()) {
        if (code >= operators.length) {
          const meaning = operators.map((name, number) => `${number} ${name}`).join(", ");
          throw new InputError(`code ${code} at position ${place + 1}, expected one of ${meaning}`);
        }
      }
      return places.map((place) => operators[codes[place]]);
    },
    spell(found) {
      let place = 0;
      return layout.replace(/\{\}/g, () => String(operators.indexOf(found[places.indexOf(place++)])));
    },
  });
}

/** Replace numpy integers in a text, such as `np.int64(3)`, by plain ones, such as 3. */
export function withoutNumpy(text: string): string {
  return text.replace(/(?:np\.|numpy\.)?u?int[0-9]+\(([0-9]+)\)/g, "$1");
}
