/** Warnings about scores of architectures that differ from the training data of a bundle. */

import type { NodeKind, RawGraph } from "../graphs/document_graph.js";
import { compareTexts, pythonRepr } from "../json/python_text.js";
import { type Operator, vocabulary } from "../schemas/operators.js";
import type { BundleManifest } from "./manifest.js";

const NO_PATH = "the architecture has no path from an input to an output, so its score has no meaning";
const GUESSED_SIZE =
  "the costs at each resolution of the image are unknown, so the size is estimated from the cells: compare the score only " +
  "with scores that have this warning too";
const IGNORES_WIDTHS =
  "the bundle ignores the widths and resolutions of the layers, so architectures that differ only in them get equal scores";

/** Descriptions of statistics for the warning about distant architectures; other statistics are called by their names. */
const UNUSUAL: ReadonlyMap<string, string> = new Map([
  ["capacity", "its size (parameters, with the widths and depths of its skeleton)"],
  ["size", "its size (parameters and multiply-accumulates, over its resolutions)"],
  ["skeleton", "the width, depth and resolution of its skeleton"],
  ["cell", "the parameters of its cells relative to their width"],
  ["trained_depth", "the depth of its paths"],
  ["poolings", "the number of poolings on its paths"],
  ["short_paths", "the length of its shortest paths"],
  ["identities", "the number of identities on its paths"],
]);
const CONVOLUTIONS: readonly string[] = ["convolution", "depthwise_convolution", "transposed_convolution"];
/** Attributes that describe the node rather than the operator. */
const NODE_ATTRIBUTES: readonly string[] = ["channels", "stride", "resolution", "resolution_width", "parameters", "flops"];

/** What a warning may be about, apart from the graph. */
export interface Circumstances {
  /** Whether the costs of the whole network are known. */
  readonly knowsCosts: boolean;
  /** The most unusual statistic of an architecture that is far from the training data, else empty. */
  readonly far: string;
  /** Why parameters and FLOPs are unknown, else empty. */
  readonly uncounted: string;
}

/** Warnings about a graph, whatever its circumstances. */
export interface GraphLimits {
  /** Whether the graph has a node. */
  readonly hasPath: boolean;
  readonly texts: readonly string[];
}

interface KindLimits {
  readonly unseen: readonly string[];
  readonly ignored: readonly string[];
}

/** The range of the architectures that a predictor was trained on. */
export class Limits {
  private readonly ofKinds = new WeakMap<NodeKind, KindLimits>();

  private constructor(
    /** Descriptions of the operators in the training data; null if the manifest does not list them. */
    private readonly operators: ReadonlySet<string> | null,
    /** Sizes of the smallest and the largest graph in the training data; null if the manifest does not say. */
    private readonly nodes: readonly number[] | null,
    /** Whether the predictor reads widths and depths. */
    private readonly readsSkeleton: boolean,
  ) {}

  /** Read the limits from the manifest of a bundle. */
  static of(manifest: BundleManifest): Limits {
    const { operators, nodes } = manifest.trained_on ?? {};
    const known = operators === undefined ? null : new Set(operators);
    return new Limits(known, nodes ?? null, manifest.reads?.skeleton ?? false);
  }

  /** Return the warnings about a canonical graph. */
  ofGraph(graph: RawGraph): GraphLimits {
    const count = graph.kinds.length;
    if (count === 0) return { hasPath: false, texts: [NO_PATH] };
    const texts = this.aboutOperators(graph);
    if (this.nodes !== null && !(this.nodes[0] <= count && count <= this.nodes[1])) {
      const trained = `graphs of ${this.nodes[0]} to ${this.nodes[1]} nodes`;
      texts.push(`the graph has ${count} nodes, but the bundle was trained on ${trained}`);
    }
    if (!this.readsSkeleton && graph.kinds.some(({ cell }) => cell === "chain")) texts.push(IGNORES_WIDTHS);
    return { hasPath: true, texts };
  }

  /** Return all warnings about an architecture: those of its graph, then those of its circumstances. */
  warnings({ hasPath, texts }: GraphLimits, { knowsCosts, far, uncounted }: Circumstances): readonly string[] {
    if (!hasPath) return texts;
    const further: string[] = [];
    if (uncounted !== "") further.push(`parameters and FLOPs are unknown: ${uncounted}`);
    if (this.readsSkeleton && !knowsCosts) further.push(GUESSED_SIZE);
    if (far !== "") {
      const most = UNUSUAL.get(far) ?? far;
      further.push(`the architecture is farther from the training data than 99 % of that data; most unusual is ${most}`);
    }
    return further.length === 0 ? texts : [...texts, ...further];
  }

  /** Return sentences about what the bundle was not trained on and what it ignores. */
  private aboutOperators(graph: RawGraph): string[] {
    const of = [...new Set(graph.kinds)].map((kind) => this.limitsOf(kind));
    const operators = sortedTexts(of.flatMap(({ unseen }) => unseen));
    const sentences = sortedTexts(of.flatMap(({ ignored }) => ignored));
    if (operators.length === 0) return sentences;
    const what = operators.length === 1 ? "the operator" : `${operators.length} operators:`;
    return [`the bundle was not trained on ${what} ${operators.join(", ")}`, ...sentences];
  }

  private limitsOf(kind: NodeKind): KindLimits {
    let limits = this.ofKinds.get(kind);
    if (limits === undefined) {
      const unseen = kind.operators.filter(({ text }) => this.operators !== null && !this.operators.has(text));
      limits = { unseen: unseen.map(named), ignored: ignoredProperties(kind) };
      this.ofKinds.set(kind, limits);
    }
    return limits;
  }
}

/** Return sentences about properties of a node that predictors do not read. */
function ignoredProperties(kind: NodeKind): string[] {
  const sentences: string[] = [];
  for (const operator of kind.operators) {
    if (operator.value("norm") === "none" && CONVOLUTIONS.includes(operator.kind)) {
      sentences.push("the bundle ignores which convolutions have no normalization");
    }
    if (operator.value("key_value_heads") !== undefined) {
      sentences.push("the bundle ignores how many heads of keys and values attention has");
    }
  }
  if (/^[^/]*\/own/.test(kind.cell)) {
    sentences.push("the bundle reads widths and resolutions of the nodes of a cell only as parameters and FLOPs");
  }
  return sentences;
}

/** Return the description of an operator, with the numbers in which it differs from the vocabulary. */
function named(operator: Operator): string {
  const known = vocabulary().get(operator.key);
  const changed = operator.attributes.flatMap(([name, value]) =>
    known !== undefined && !NODE_ATTRIBUTES.includes(name) && typeof value === "number" && known.value(name) !== value
      ? [`${name} ${general(value)}`]
      : [],
  );
  return `${pythonRepr(operator.text)}${changed.length > 0 ? " with " : ""}${changed.join(" and ")}`;
}

function sortedTexts(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareTexts);
}

/** Return a number as Python's format `g` writes it, with six digits. */
export function general(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits, exponent] = value.toExponential(5).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
  const sign = power < 0 ? "-" : "+";
  return `${Number(digits)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}
