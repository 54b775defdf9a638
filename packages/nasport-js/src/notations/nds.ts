/**
 * Notation of NDS, the records of "On Network Design Spaces for Visual Recognition" (Radosavovic et al. 2019).
 *
 * A network is a pair of DARTS cells with width and depth, or a list of stages of one block. A text is a network or a whole
 * record, whose `space` the document keeps. Search spaces with `_in` in their name are for ImageNet, the others for CIFAR-10.
 * The public records have no `space`. For cells, their number of parameters (`params`) determines the data set.
 */

import { costsOf } from "../costs/index.js";
import { InputError } from "../errors.js";
import { parseJson } from "../json/parse.js";
import { compareTexts, length, pythonDumps, thousands } from "../json/python_text.js";
import { isObject, type JsonObject, type JsonValue, noteWritten, writtenAs } from "../json/values.js";
import { Architecture, type Cell, type Skeleton } from "../schemas/architecture.js";
import { errorsWithin, type Notation, shown } from "./base.js";
import { checkNetwork, cifarNetwork, imagenetNetwork, widthAndDepth } from "./darts_network.js";
import { cellsOf, checkedHalf, FIELDS, type Genotype, type Half, OPERATORS as DARTS_OPERATORS, pairsOf } from "./genotype.js";
import { genotypeOf } from "./genotype_reader.js";
import { stageLists, stageNetwork } from "./nds_stages.js";
import { documentOfSource } from "./same_graph.js";
import { statedJson } from "./stated.js";

const SPACE = "nds";
/** Operators of DARTS, and further ones of NASNet, AmoebaNet, PNAS and ENAS (table 2 of the paper). */
const OPERATORS = [
  ...DARTS_OPERATORS, "conv_1x1", "conv_3x3", "conv_3x1_1x3", "dil_sep_conv_3x3", "max_pool_5x5", "max_pool_7x7",
];
const LIMITS = [["width", 4096], ["depth", 200]] as const;
const NET_KEYS = ["genotype", "width", "depth", "aux", "drop_prob"];

/** The cells of a network, and its skeletons for CIFAR-10 and for ImageNet. */
interface Network {
  readonly cells: ReadonlyMap<string, Cell>;
  readonly cifar: Skeleton;
  readonly imagenet: Skeleton;
}

/** Networks as JSON records of NDS, or as only the network of a record. */
export const nds: Notation = {
  name: "nds",
  description: "NDS record or its net as JSON: genotype, width and depth, or block_type, ds, ws, ss, ...",
  example:
    '{"block_type": "res_basic_block", "bot_muls": [], "ds": [1, 2, 2, 2], "num_gs": [], ' +
    '"ss": [1, 1, 2, 2], "ws": [16, 16, 32, 64]}',
  parse(text) {
    const record = objectOf(parseJson(text));
    const whole = record.has("net");
    const stated = whole ? (record.get("space") ?? (record.has("space") ? null : SPACE)) : SPACE;
    if (typeof stated !== "string" || stated === "" || length(stated) > 200) {
      const found = shown(stated, 80, writtenAs(record, "space"));
      throw new InputError(`${found}, expected the name of a search space`, { path: ["space"] });
    }
    const net = whole ? (record.get("net") ?? null) : record;
    const network = errorsWithin(whole ? ["net"] : [], () => networkOf(net));
    const byParameters = network.cells.size > 0 && whole && !record.has("space");
    const space = byParameters ? spaceByParameters(record, network) : stated;
    // Only the keys of the architecture are kept, without the labels and training settings of a record.
    const kept = whole ? new Map<string, JsonValue>([["space", space], ["net", net]]) : net;
    const source = { format: "nds", text: pythonDumps(kept, { ensureAscii: false }) };
    const skeleton = isImagenet(space) ? network.imagenet : network.cifar;
    return new Architecture({ cells: network.cells, skeleton, space, source });
  },
  write(architecture) {
    const { skeleton } = architecture;
    if (skeleton === null) {
      throw new InputError("no skeleton, expected one with the width and depth of NDS", { path: ["skeleton"] });
    }
    const hasCells = architecture.cells.size > 0;
    const net = hasCells ? netOfCells(architecture, skeleton) : stageLists(architecture, skeleton);
    // Keep the document's space unless its name contradicts the number of classes, which is 1000 only for ImageNet.
    const imagenet = skeleton.classes === 1000;
    const contradicts = hasCells && isImagenet(architecture.space) !== imagenet;
    const space = architecture.space && !contradicts ? architecture.space : imagenet ? `${SPACE}_in` : SPACE;
    const value = space === SPACE ? net : new Map<string, JsonValue>([["space", space], ["net", net]]);
    return pythonDumps(value, { ensureAscii: false });
  },
};

/** Return the JSON object of a network of cells. */
function netOfCells(architecture: Architecture, skeleton: Skeleton): JsonObject {
  const original = documentOfSource(architecture, nds);
  const genotype = genotypeOf(original, OPERATORS);
  checkNetwork(architecture);
  const [width, depth] = widthAndDepth(skeleton);
  const record = original !== architecture && original.source !== null ? objectOf(parseJson(original.source.text)) : new Map();
  const source = objectOf(record.get("net") ?? record);
  const net = new Map<string, JsonValue>([
    ["aux", source.get("aux") ?? false],
    ["depth", depth],
    ["drop_prob", source.get("drop_prob") ?? 0],
    ["genotype", new Map([...halfLists("normal", genotype.normal), ...halfLists("reduce", genotype.reduce)])],
    ["width", width],
  ]);
  const how = source.has("drop_prob") ? writtenAs(source, "drop_prob") : "float";
  if (how !== undefined) noteWritten(net, "drop_prob", how);
  return net;
}

function halfLists(name: string, half: Half): [string, JsonValue][] {
  return [[name, pairsOf(half, name)], [`${name}_concat`, half.concat]];
}

/** Return whether the name of a search space means ImageNet. */
function isImagenet(space: string): boolean {
  return space.replace(/_reruns$/, "").includes("_in");
}

function objectOf(value: JsonValue): JsonObject {
  if (!isObject(value)) throw new InputError(`${shown(value, 80)}, expected a JSON object of an NDS network or record`);
  return value;
}

/**
 * Read a network. Its two skeletons are equal if stages determine the data set.
 *
 * Throws `InputError`: an invalid value; the message or the path of the error names the key.
 */
function networkOf(value: JsonValue): Network {
  const net = objectOf(value);
  if (!net.has("genotype")) {
    if (!net.has("block_type")) throw new InputError("expected an NDS network with the key 'genotype' or 'block_type'");
    const skeleton = stageNetwork(net);
    return { cells: new Map(), cifar: skeleton, imagenet: skeleton };
  }
  const genotype = errorsWithin(["genotype"], () => genotypeFrom(net.get("genotype") ?? null));
  const [width, depth] = LIMITS.map(([key, limit]) => {
    const [number, how] = [net.get(key) ?? null, writtenAs(net, key)];
    if (typeof number === "number" && how === undefined && number >= 2 && number <= limit) return number;
    throw new InputError(`${key} is ${shown(number, 80, how)}, expected an integer from 2 to ${limit}`);
  });
  checkKeys(net, NET_KEYS, "genotype, width, depth, aux and drop_prob");
  if (!isMissingOr("boolean", net, "aux") || !isMissingOr("number", net, "drop_prob")) {
    throw new InputError("expected true or false for 'aux' and a number for 'drop_prob'");
  }
  return { cells: cellsOf(genotype), cifar: cifarNetwork(width, depth), imagenet: imagenetNetwork(width, depth) };
}

/** Read a genotype from a JSON value; an invalid one throws `InputError`. */
function genotypeFrom(value: JsonValue): Genotype {
  const record = objectOf(value);
  for (const key of FIELDS) {
    if (!record.has(key)) throw new InputError(`missing key '${key}', expected ${FIELDS.join(", ")}`);
  }
  checkKeys(record, FIELDS, `only ${FIELDS.join(", ")}`);
  const [normal, reduce] = ["normal", "reduce"].map((name) =>
    errorsWithin([name], () => {
      const concat = `${name}_concat`;
      const stated = (key: string) => statedJson(record.get(key) ?? null, writtenAs(record, key));
      return checkedHalf(name, stated(name), stated(concat), OPERATORS);
    }),
  );
  return { normal, reduce };
}

function checkKeys(value: JsonObject, known: readonly string[], expected: string): void {
  const [unknown] = [...value.keys()].filter((key) => !known.includes(key)).sort(compareTexts);
  if (unknown !== undefined) throw new InputError(`unknown key ${shown(unknown, 80)}, expected ${expected}`);
}

function isMissingOr(type: "boolean" | "number", value: JsonObject, key: string): boolean {
  return !value.has(key) || typeof value.get(key) === type;
}

/**
 * Return the search space of a record without `space`: `nds` for CIFAR-10, `nds_in` for ImageNet.
 *
 * The data set is that of the network whose number of parameters equals `params`.
 */
function spaceByParameters(record: JsonObject, { cells, cifar, imagenet }: Network): string {
  const [small, large] = [cifar, imagenet].map((skeleton) => costsOf(new Architecture({ cells, skeleton })).parameters);
  const published = record.get("params") ?? null;
  const how = writtenAs(record, "params");
  if (typeof published === "number" && how === undefined && (published === small || published === large)) {
    return published === small ? SPACE : `${SPACE}_in`;
  }
  const stated = published === null ? "no 'params'" : `'params' ${shown(published, 40, how)}`;
  const countOf = (count: number | null): string => (count === null ? "an unknown number" : thousands(count));
  throw new InputError(
    `a record without 'space' and with ${stated}, expected 'params' of ${countOf(small)} (CIFAR-10) or ${countOf(large)} ` +
      "(ImageNet), or a 'space', whose name has '_in' for ImageNet such as DARTS_in",
  );
}
