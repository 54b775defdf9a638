/**
 * Notations of AutoFormer's space: width, depth, and for each layer the number of heads and the ratio of the feed-forward
 * network. The keys distinguish `autoformer` (Chen et al. 2021), whose heads have width 64, from `vit_bench_101` (Wei et al.
 * 2024), whose heads divide the width of the network.
 */

import { InputError } from "../errors.js";
import { pythonDumps, thousands } from "../json/python_text.js";
import { isArray, isObject, type JsonObject, type JsonValue, noteWritten, type Written, writtenAs } from "../json/values.js";
import { Architecture, type Cell, type Source } from "../schemas/architecture.js";
import type { Attributes } from "../schemas/operators.js";
import { cellOf, equal, node, type Notation, shown, skeletonOf, stage, trimmed } from "./base.js";
import { generalNumber } from "./general_number.js";
import { jsonOrPython } from "./objects.js";
import { sameCell } from "./same_graph.js";
import { checkEnds, image, POOL } from "./skeletons.js";

const [MAX_DEPTH, MAX_WIDTH, MAX_HEADS, MAX_RATIO] = [64, 4096, 64, 16];

/** Number of heads and feed-forward ratio of one layer. */
type Layer = readonly [heads: number, ratio: number];

/** What distinguishes the two notations. */
interface Form {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  /** Key of the width. */
  readonly key: string;
  /** Width of each head; 0 if the heads divide the width of the network. */
  readonly headWidth: number;
  /** Number of classes of the data set. */
  readonly classes: number;
}

/** Networks of AutoFormer. */
export const autoformer = transformers({
  name: "autoformer",
  description: 'AutoFormer {"embed_dim": 192, "depth": n, "mlp_ratio": [n], "num_heads": [n]}, heads 64 wide',
  example: '{"embed_dim": 192, "depth": 2, "mlp_ratio": [3.5, 4.0], "num_heads": [3, 4]}',
  key: "embed_dim",
  headWidth: 64,
  classes: 1000,
});

/** Networks of ViT-Bench-101. */
export const vitBench101 = transformers({
  name: "vit_bench_101",
  description: 'ViT-Bench-101 {"hidden_dim": 192, "depth": n, "mlp_ratio": [n], "num_heads": [n]}',
  example: '{"hidden_dim": 192, "depth": 2, "mlp_ratio": [3.5, 4.0], "num_heads": [3, 4]}',
  key: "hidden_dim",
  headWidth: 0,
  classes: 100,
});

function transformers(form: Form): Notation {
  return {
    name: form.name,
    description: form.description,
    example: form.example,
    parse(text) {
      const short = trimmed(text);
      const { width, layers } = readLayers(jsonOrPython(short, form.example), form);
      return documentOf(form, width, layers, { format: form.name, text: short });
    },
    write(architecture) {
      const { width, layers } = writtenLayers(architecture, form);
      const written = documentOf(form, width, layers);
      checkEnds(architecture, written);
      return written.name;
    },
  };
}

/** Return the document of a network. */
function documentOf(form: Form, width: number, layers: readonly Layer[], source: Source | null = null): Architecture {
  const names = layers.map(([heads, ratio]) => `${heads} heads, ratio ${generalNumber(ratio)}`);
  const ratios = layers.map(([, ratio]) => ratio);
  ratios.forEach((_, place) => noteWritten(ratios, place, "float"));
  const value = new Map<string, JsonValue>([
    [form.key, width], ["depth", layers.length], ["mlp_ratio", ratios], ["num_heads", layers.map(([heads]) => heads)],
  ]);
  const patches = stage({ op: "patch_embedding", width, stride: 16 });
  const skeleton = skeletonOf({
    stages: names.map((name) => stage({ cell: name, width })),
    stem: [patches, stage({ op: "class_token" }), stage({ op: "positional_embedding" })],
    head: [stage({ op: "layer_norm" }), stage({ op: "patch_tokens" }), ...POOL],
    input: image(224),
    classes: form.classes,
  });
  const cells = new Map(names.map((name, place) => [name, layerCell(form, layers[place])]));
  return new Architecture({ cells, skeleton, name: pythonDumps(value), space: form.name, source });
}

/** Return the cell of a layer: attention, then feed-forward network, each with pre-normalization and shortcut. */
function layerCell({ headWidth }: Form, [heads, ratio]: Layer): Cell {
  const own: Attributes = headWidth ? [["head_width", headWidth], ["heads", heads]] : [["heads", heads]];
  return cellOf([
    node("input", "input"),
    node("norm 1", "layer_norm", ["input"]),
    node("attention", "self_attention", ["norm 1"], "sum", { attributes: own }),
    node("sum", "sum", ["input", "attention"]),
    node("norm 2", "layer_norm", ["sum"]),
    node("feed forward", "feed_forward", ["norm 2"], "sum", { attributes: [["expansion", ratio]] }),
    node("output", "output", ["sum", "feed forward"]),
  ]);
}

/**
 * Read the width and the layers from a JSON value.
 *
 * Throws `InputError`: an invalid value; the path of the error points to its key.
 */
function readLayers(value: JsonValue, form: Form): { width: number; layers: Layer[] } {
  const needed = [form.key, "mlp_ratio", "num_heads"];
  const known = [...needed, "depth", "layer_num"];
  if (!isObject(value) || !needed.every((key) => value.has(key)) || ![...value.keys()].every((key) => known.includes(key))) {
    throw new InputError(`expected an object with '${form.key}', 'depth', 'mlp_ratio' and 'num_heads', e.g. ${form.example}`);
  }
  const depthKey = value.has("depth") ? "depth" : "layer_num";
  const [depth, howDepth] = [value.get(depthKey) ?? null, writtenAs(value, depthKey)];
  if (!isInteger(depth, howDepth) || depth < 1 || depth > MAX_DEPTH) {
    const problem = `${shown(depth, 60, howDepth)}, expected a number of layers from 1 to ${MAX_DEPTH}`;
    throw new InputError(problem, { path: ["depth"] });
  }
  const width = widthOf(value, form.key, depth);
  const heads = listOf(value, "num_heads", depth);
  const ratios = listOf(value, "mlp_ratio", depth);
  const layers = heads.map((count, place): Layer => {
    return [headsOf(count, writtenAs(heads, place), place, width, form), ratioOf(ratios, place, width)];
  });
  return { width, layers };
}

function widthOf(value: JsonObject, key: string, depth: number): number {
  const stated = value.get(key) ?? null;
  const widths = isArray(stated) ? listOf(value, key, depth) : [stated];
  if (!isArray(stated)) {
    const how = writtenAs(value, key);
    if (how !== undefined) noteWritten(widths, 0, how);
  }
  const textOf = (width: JsonValue, place: number): string =>
    typeof width === "string" ? width : shown(width, 60, writtenAs(widths, place));
  const texts = new Set(widths.map(textOf));
  const [width] = widths;
  if (texts.size === 1 && isInteger(width, writtenAs(widths, 0)) && width >= 1 && width <= MAX_WIDTH) return width;
  throw new InputError(`${shown(widths, 60)}, expected one width from 1 to ${thousands(MAX_WIDTH)}`, { path: [key] });
}

function headsOf(heads: JsonValue, how: Written | undefined, place: number, width: number, form: Form): number {
  const shared = form.headWidth ? "" : ` that divides the width ${width}`;
  if (isInteger(heads, how) && heads >= 1 && heads <= MAX_HEADS && !(shared && width % heads)) return heads;
  const problem = `${shown(heads, 60, how)}, expected a number of heads from 1 to ${MAX_HEADS}${shared}`;
  throw new InputError(problem, { path: ["num_heads", place] });
}

function ratioOf(ratios: readonly JsonValue[], place: number, width: number): number {
  const ratio = ratios[place];
  if (typeof ratio === "number" && ratio > 0 && ratio <= MAX_RATIO && (width * ratio) % 1 === 0) return ratio;
  const found = shown(ratio, 60, writtenAs(ratios, place));
  const problem = `${found}, expected a ratio that gives a whole number of ${width} channels`;
  throw new InputError(problem, { path: ["mlp_ratio", place] });
}

/** Return the list under a key; a wrong length throws `InputError`. */
function listOf(value: JsonObject, key: string, count: number): readonly JsonValue[] {
  const values = value.get(key);
  if (isArray(values) && values.length === count) return values;
  throw new InputError(`expected a list of ${count} values, one for each layer`, { path: [key] });
}

function isInteger(value: JsonValue, how: Written | undefined): value is number {
  return typeof value === "number" && how === undefined;
}

/** Return the width and the layers of a document. Throws `InputError` if it is outside the space. */
function writtenLayers(architecture: Architecture, form: Form): { width: number; layers: Layer[] } {
  const { skeleton, cells } = architecture;
  if (skeleton === null || skeleton.stages.length === 0) {
    throw new InputError("no stages, expected at least one: this notation lists layers", { path: ["skeleton"] });
  }
  const kinds = new Map([...cells.keys()].map((name) => [name, layerOf(architecture, name, form)]));
  const width = [...skeleton.stem, ...skeleton.stages].find((one) => one.width)?.width ?? 0;
  const layers: Layer[] = [];
  for (const [place, one] of skeleton.stages.entries()) {
    const isPlain = equal(one, stage({ cell: one.cell, repeats: one.repeats, width: one.width }));
    const layer = kinds.get(one.cell);
    if (layer === undefined || !isPlain || (one.width !== null && one.width !== width)) {
      const problem = `expected a stage with a cell, ${width} channels, and no stride, resolution or attributes`;
      throw new InputError(problem, { path: ["skeleton", "stages", place] });
    }
    for (let repeat = 0; repeat < one.repeats; repeat++) layers.push(layer);
  }
  const used = new Set(skeleton.stages.map((one) => one.cell));
  const unused = [...cells.keys()].filter((name) => !used.has(name)).length;
  if (layers.length > MAX_DEPTH || unused) {
    const problem = `${layers.length} layers and ${unused} unused cells, expected at most ${MAX_DEPTH} layers and no unused cell`;
    throw new InputError(problem, { path: ["skeleton", "stages"] });
  }
  return { width, layers };
}

/** Return the number of heads and the ratio of a cell. Throws `InputError` if it is not a layer of this notation. */
function layerOf(architecture: Architecture, name: string, form: Form): Layer {
  const cell = architecture.cells.get(name) ?? cellOf([]);
  const operators = cell.nodes
    .filter((one) => one.op)
    .map((one) => architecture.operator(one.op).withAttributes(Object.fromEntries(one.attributes)));
  const heads = operators.find((one) => one.kind === "self_attention")?.attribute("heads") ?? 0;
  const ratio = operators.find((one) => one.kind === "feed_forward")?.attribute("expansion") ?? 0;
  const layer: Layer = [Math.trunc(heads), ratio];
  const expected = layerCell(form, layer);
  if (!sameCell(cell, expected, architecture, new Architecture({ cells: new Map([[name, expected]]) }))) {
    const problem = "a cell with another structure, expected attention and a feed-forward network of this notation";
    throw new InputError(problem, { path: ["cells", name] });
  }
  return layer;
}
