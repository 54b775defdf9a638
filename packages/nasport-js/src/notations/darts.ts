/**
 * Notation of DARTS: `Genotype(...)`, parsed without executing it (Liu et al. 2019; `genotypes.py` in the public code).
 *
 * The arguments can be named or positional, their values can be lists, tuples or `range(...)`, and the edges can have any form
 * of `genotype_spellings.ts`. `NAME =` or the time of a log can precede the genotype. The document gets the CIFAR-10 evaluation
 * network, and writing accepts every network that stacks cells like DARTS.
 */

import { InputError, printable } from "../errors.js";
import { length, pythonRepr, SPACE, thousands } from "../json/python_text.js";
import { Architecture } from "../schemas/architecture.js";
import { equal, type Notation, trimmed } from "./base.js";
import { checkNetwork, cifarNetwork, DARTS_DEPTH, DARTS_WIDTH } from "./darts_network.js";
import { cellsOf, FIELDS, type Genotype, type Half } from "./genotype.js";
import { genotypeOf } from "./genotype_reader.js";
import { spelled, spelledHalf } from "./genotype_spellings.js";
import { described, literal, type Literal, syntaxTree } from "./objects.js";
import { type Tree, unparse } from "./python/tree.js";
import { documentOfSource } from "./same_graph.js";

const MAX_NAME = 200;
const WORD = "[\\p{L}\\p{N}_]";
const S = `[${SPACE}]`;
const CALL = new RegExp(`(?<!${WORD})(?:Genotype${S}*\\(|[A-Za-z_]${WORD}{0,40}${S}*\\(${S}*normal${S}*=${S}*[\\[(])`, "u");
const ASSIGNED = new RegExp(`(?<!${WORD})([A-Za-z_]${WORD}*)${S}*=${S}*(?:${WORD}+\\.)*$`, "u");
const NAMED = new RegExp(`^${S}*(?:(${WORD}+)${S}*=${S}*(?!=))?([^]*)$`, "u");
/** Logs print `genotype = Genotype(...)`, where `genotype` is not the name of an architecture. */
const LOG_NAME = "genotype";

/** The form in which DARTS and its successors print a pair of cells. */
export const darts: Notation = {
  name: "darts",
  description: "DARTS Genotype(normal=[(op, node), ...], normal_concat=..., reduce=[...], reduce_concat=...)",
  example:
    "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('max_pool_3x3', 0)], " +
    "normal_concat=range(2, 4), " +
    "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('avg_pool_3x3', 1)], " +
    "reduce_concat=range(2, 4))",
  parse(text) {
    const short = withoutLog(trimmed(text));
    const { name, genotype } = parseGenotype(short);
    if (length(name) > MAX_NAME) {
      throw new InputError(`the name has ${thousands(length(name))} characters, expected at most ${thousands(MAX_NAME)}`);
    }
    const skeleton = cifarNetwork(DARTS_WIDTH, DARTS_DEPTH);
    const source = { format: "darts", text: short };
    return new Architecture({ cells: cellsOf(genotype), skeleton, name, space: "darts", source });
  },
  write(architecture) {
    const original = documentOfSource(architecture, darts);
    const { source } = original;
    const written = original === architecture || source === null;
    const text = written ? genotypeText(genotypeOf(architecture)) : sourceLine(source.text, architecture.name);
    checkNetwork(architecture, false);
    return text;
  },
};

/** Return a source text on one line, with its name only if the document still has this name. */
function sourceLine(source: string, documentName: string): string {
  const [name, expression] = named(source);
  const text = printable(source) === source ? expression : unparse(syntaxTree(expression, ""));
  return name && name === documentName ? `${name} = ${text}` : text;
}

/**
 * Parse a genotype and the name to which the text assigns it; the name is empty without an assignment.
 *
 * Throws `InputError`: an invalid text; the message names the column or the edge.
 */
function parseGenotype(text: string): { name: string; genotype: Genotype } {
  const [name, expression] = named(text);
  const values = argumentsOf(syntaxTree(expression, "Genotype(normal=[('sep_conv_3x3', 0), ...], ...)"));
  const missing = FIELDS.filter((field) => !values.has(field));
  if (missing.length) throw new InputError(`Genotype lacks ${missing.join(", ")}, expected ${FIELDS.join(", ")}`);
  const half = (field: "normal" | "reduce"): Half =>
    spelledHalf(field, values.get(field) ?? [], values.get(`${field}_concat`) ?? []);
  return { name, genotype: { normal: half("normal"), reduce: half("reduce") } };
}

/** Return the arguments of a call `Genotype(...)` by name. */
function argumentsOf(tree: Tree): Map<string, Literal> {
  if (tree.kind !== "call" || !["Genotype", "genotypes.Genotype"].includes(unparse(tree.function))) {
    throw new InputError(`${described(tree)}, expected Genotype(${FIELDS.map((field) => `${field}=...`).join(", ")})`);
  }
  if (tree.args.length > FIELDS.length) {
    throw new InputError(`Genotype has ${tree.args.length} arguments, expected ${FIELDS.length}`);
  }
  const values = new Map<string, Literal>();
  tree.args.forEach((value, place) => values.set(FIELDS[place], literal(value)));
  for (const [keyword, value] of tree.keywords) {
    if (!FIELDS.some((field) => field === keyword)) {
      throw new InputError(`Genotype has an argument ${pythonRepr(keyword)}, expected ${FIELDS.join(", ")}`);
    }
    if (keyword === null || values.has(keyword)) throw new InputError(`Genotype has ${pythonRepr(keyword)} twice`);
    values.set(keyword, literal(value));
  }
  return values;
}

/** Return the text of a genotype as Python prints it. */
function genotypeText({ normal, reduce }: Genotype): string {
  const halves = [["normal", normal], ["reduce", reduce]] as const;
  return `Genotype(${halves.map(([name, half]) => `${name}=${spelled(half)}, ${name}_concat=${concatText(half)}`).join(", ")})`;
}

function concatText({ concat }: Half): string {
  const [first, end] = [concat[0], concat[concat.length - 1] + 1];
  const nodes = Array.from({ length: Math.max(0, end - first) }, (_, place) => first + place);
  return equal(nodes, concat) ? `range(${first}, ${end})` : `[${concat.join(", ")}]`;
}

/** Split an assignment into its name and its value; the name is empty without an assignment. */
function named(text: string): [name: string, expression: string] {
  const match = NAMED.exec(text);
  return [match?.[1] ?? "", match?.[2] ?? ""];
}

/** Return a text without the characters before its genotype or before the name of its genotype, such as a log's time. */
function withoutLog(text: string): string {
  const call = CALL.exec(text);
  if (call === null) return text;
  const assigned = ASSIGNED.exec(text.slice(0, call.index));
  return text.slice(assigned !== null && assigned[1] !== LOG_NAME ? assigned.index : call.index);
}
