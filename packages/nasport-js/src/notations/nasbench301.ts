/**
 * Notation of NAS-Bench-301: `[[(node, operator), ...], [(node, operator), ...]]`, the normal and the reduction cell.
 *
 * Each cell has eight pairs, two for each of its four intermediate nodes, and its output concatenates the four nodes. Operators
 * are numbered as in NASLib and NAS-Bench-Suite-Zero, from 0 for max pooling. The network has 8 cells and 32 channels (Zela et
 * al. 2022).
 */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import { Architecture } from "../schemas/architecture.js";
import { cut, equal, type Notation, stripped } from "./base.js";
import { cifarNetwork } from "./darts_network.js";
import { cellsOf, checkedHalf, DILATED, type Genotype, type Half, pairsOf } from "./genotype.js";
import { genotypeOf } from "./genotype_reader.js";
import { literal, type Literal, literalText, syntaxTree } from "./objects.js";
import { documentOfSource } from "./same_graph.js";
import { checkSkeleton } from "./skeletons.js";
import { statedLiteral } from "./stated.js";

const EDGES = 8;
const CONCAT = [2, 3, 4, 5];
const OPERATORS: readonly string[] = ["max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", ...DILATED];
const EXAMPLE =
  "[[(0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), (0, 2), (2, 5)], " +
  "[(0, 0), (1, 0), (2, 2), (1, 0), (0, 0), (2, 2), (2, 2), (1, 0)]]";

/** Architectures as pairs (source node, operator number). */
export const nasbench301: Notation = {
  name: "nasbench301",
  description: "NAS-Bench-301 pairs [[(node, op), ... x8], [...]]: normal and reduction cell, ops 0 to 6",
  example: EXAMPLE,
  parse(text) {
    const short = stripped(text);
    const value = literal(syntaxTree(short, EXAMPLE));
    if (typeof value !== "object" || value.length !== 2) {
      throw new InputError(`${cut(pythonRepr(short), 80)}, expected a list of two cells, e.g. ${EXAMPLE}`);
    }
    const genotype = { normal: halfOfPairs("normal", value[0]), reduce: halfOfPairs("reduce", value[1]) };
    return documentOf(genotype).withParts({ name: pairsText(genotype), source: { format: "nasbench301", text: short } });
  },
  write(architecture) {
    const genotype = genotypeOf(documentOfSource(architecture, nasbench301));
    checkSkeleton(architecture, documentOf(genotype));
    return pairsText(genotype);
  },
};

function documentOf(genotype: Genotype): Architecture {
  return new Architecture({ cells: cellsOf(genotype), skeleton: cifarNetwork(32, 8), space: "nasbench301" });
}

/**
 * Return the pairs of a genotype.
 *
 * Throws `InputError`: an operator, a number of edges or a concatenation that NAS-Bench-301 does not have.
 */
function pairsText(genotype: Genotype): string {
  const halves = [["normal", genotype.normal], ["reduce", genotype.reduce]] as const;
  const texts = halves.map(([name, half]) => {
    const edges = pairsOf(half, name);
    if (edges.length !== EDGES || !equal([...half.concat].sort((one, other) => one - other), CONCAT)) {
      const found = `${name} has ${edges.length} edges and concatenates [${half.concat.join(", ")}]`;
      throw new InputError(`${found}, expected ${EDGES} edges and [${CONCAT.join(", ")}] in NAS-Bench-301`);
    }
    const pairs = edges.map(([operator, source]) => {
      const number = OPERATORS.indexOf(operator);
      if (number >= 0) return `(${source}, ${number})`;
      throw new InputError(`${name} has ${operator}, expected an operator of NAS-Bench-301: ${OPERATORS.join(", ")}`);
    });
    return `[${pairs.join(", ")}]`;
  });
  return `[${texts.join(", ")}]`;
}

/** Read one cell of the pairs; an invalid value throws `InputError`. */
function halfOfPairs(name: string, value: Literal): Half {
  if (typeof value !== "object" || value.length !== EDGES) {
    const count = typeof value === "object" ? value.length : 0;
    throw new InputError(`${name} has ${count} pairs, expected ${EDGES}`);
  }
  const edges = value.map((pair, place): [string, Literal] => {
    const where = `${name}[${place}]`;
    if (typeof pair !== "object" || pair.length !== 2) {
      throw new InputError(`${where} is ${cut(literalText(pair), 80)}, expected (node, operator)`);
    }
    const [source, number] = pair;
    if (typeof number !== "number" || number < 0 || number >= OPERATORS.length) {
      const found = cut(literalText(number), 80);
      throw new InputError(`${where}: unknown operator ${found}, expected 0 to ${OPERATORS.length - 1}`);
    }
    return [OPERATORS[number], source];
  });
  return checkedHalf(name, statedLiteral(edges), statedLiteral(CONCAT));
}
