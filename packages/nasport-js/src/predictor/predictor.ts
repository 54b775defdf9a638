/**
 * Score architectures with the predictor of a bundle.
 *
 *     const predictor = await Predictor.load(await openBundle(bundleFromUrl("bundles/universal/")));
 *     for (const { name, score, warnings } of await predictor.score(architectures)) console.log(name, score, warnings);
 *
 * A score depends only on the document and the bundle. Each score has the costs with which it should be compared
 * (parameters, reachable parameters, FLOPs) and warnings about the limits of the bundle.
 */

import { DescriptionReader, hasWorded, isWorded } from "../encoder/description_reader.js";
import { InputError } from "../errors.js";
import { graphHash } from "../graphs/canonical.js";
import type { NodeKind, RawGraph } from "../graphs/document_graph.js";
import { pythonRepr } from "../json/python_text.js";
import { relativeWeight } from "../operators/index.js";
import { Architecture } from "../schemas/architecture.js";
import { type BatchEntry, batchInputs } from "./batches.js";
import type { Bundle } from "./bundle.js";
import { Calibration, type Expected } from "./calibration.js";
import { describedShare, Distance, FAR, type MeasuredDistance } from "./distance.js";
import { Embeddings } from "./embeddings.js";
import { encode, type EncodedArchitecture, withKnownCosts } from "./encoding.js";
import { KNOWS, OperatorRows, paddedSize, withoutJoins } from "./features.js";
import { globalNumbers } from "./globals.js";
import { type GraphLimits, Limits } from "./limits.js";
import { checkRefusals } from "./refusals.js";
import { openRunner, type Runner, type Runtime } from "./runner.js";
import { checkSignature, checkWidth } from "./signature.js";

const MODEL_FILE = "predictor.onnx";
const [SCORE, STATISTICS] = ["score", "statistics"];

/** The score of one architecture, with its costs and its warnings. */
export interface Score {
  /** Name of the document. */
  readonly name: string;
  /** Hash of the canonical form, equal for isomorphic architectures. */
  readonly hash: string;
  /** Score of the predictor; higher is better, comparable only within one bundle. */
  readonly score: number;
  /** Rank among the architectures that were scored together, 1 for the best; equal scores share the better rank. */
  readonly rank: number;
  /** Trainable parameters of the whole network; null if unknown. */
  readonly parameters: number | null;
  /** Relative count over the reachable operators: 9 for a 3x3 convolution, 1 for a 1x1 convolution. */
  readonly reachableParameters: number;
  /** Multiply-accumulates of one forward pass; null if unknown. */
  readonly flops: number | null;
  /** Name of the bundle. */
  readonly bundle: string;
  /** Distance from the training data; null if the bundle does not measure it. */
  readonly distance: number | null;
  /** Reasons why the score may be less reliable than usual. */
  readonly warnings: readonly string[];
  /** Expected label, only if the bundle was fitted to labels. */
  readonly expected?: Expected;
}

/** Options of `Predictor.load`. */
export interface PredictorOptions {
  /** Bundle of the encoder, for operators that only their descriptions describe. */
  readonly encoder?: Bundle;
  /** How the predictor is computed (default: `direct`). */
  readonly runtime?: Runtime;
}

/** What the predictor computes for all architectures with one canonical form and equal numbers of the network. */
interface Result {
  score: number;
  distance: MeasuredDistance | null;
  readonly limits: GraphLimits;
  readonly globals: Float32Array;
}

/** Results by the hashes of their canonical forms. */
type Results = Map<string, Result[]>;

/** A graph that is waiting for its result. */
interface Pending extends BatchEntry {
  readonly result: Result;
  /** Share of operators that are only described. */
  readonly described: number;
}

/** A score without its result and its rank. */
interface Row {
  readonly known: Pick<Score, "name" | "hash" | "parameters" | "reachableParameters" | "flops">;
  /** Warnings about the document and its descriptions. */
  readonly warnings: readonly string[];
  readonly knowsCosts: boolean;
  readonly uncounted: string;
  readonly result: Result;
}

/** An architecture as documented, with known operators in place of descriptions, and warnings about these operators. */
interface Shown {
  readonly original: EncodedArchitecture;
  readonly shown: EncodedArchitecture;
  readonly readings: readonly string[];
}

/** A loaded bundle. Make one with `Predictor.load`. */
export class Predictor {
  private readonly rows: OperatorRows;
  private readonly globals: (encoded: EncodedArchitecture, relative: number) => Float32Array;
  private readonly limits: Limits;
  private readonly distance: Distance | null;
  private readonly calibration: Calibration | null;
  private reader: Promise<DescriptionReader | null> | undefined;

  private constructor(
    readonly bundle: Bundle,
    private readonly embeddings: Embeddings,
    private readonly runner: Runner,
  ) {
    const { manifest } = bundle;
    this.rows = new OperatorRows(manifest.features ?? ["embedding"], embeddings);
    this.globals = globalNumbers(manifest.globals ?? []);
    this.limits = Limits.of(manifest);
    this.distance = Distance.of(manifest);
    this.calibration = Calibration.of(manifest);
    checkSignature(bundle, runner);
    checkWidth(bundle, runner, this.rows.width);
  }

  /**
   * Load the predictor of an opened bundle.
   *
   * Throws `InputError` if one of its files is missing, has changed or has the wrong content.
   */
  static async load(bundle: Bundle, options: PredictorOptions = {}): Promise<Predictor> {
    if (bundle.kind !== "predictor") {
      throw new InputError(`the bundle ${pythonRepr(bundle.name)} is an ${bundle.kind}, expected a predictor`);
    }
    const embeddings = await Embeddings.load(bundle, options.encoder);
    const model = await bundle.read(MODEL_FILE);
    const runner = await openRunner(model, bundle.pathOf(MODEL_FILE), options.runtime ?? "direct");
    bundle.release(MODEL_FILE);
    return new Predictor(bundle, embeddings, runner);
  }

  /**
   * Return the scores of architectures in the given order, with their ranks.
   *
   * Throws `InputError` if the bundle does not score an architecture; the message names its position.
   */
  async score(architectures: Iterable<Architecture>): Promise<Score[]> {
    const results: Results = new Map();
    const waiting = new Map<number, Pending[]>();
    const rows: Row[] = [];
    for (const architecture of architectures) {
      const accepted = this.accepted(architecture, rows.length);
      const original = encode(accepted);
      const shown = hasWorded(accepted) ? await this.inKnownOperators(accepted, original) : null;
      const { row, pending } = this.row(shown ?? { original, shown: original, readings: [] }, results);
      rows.push(row);
      if (pending !== null) await this.enqueue(pending, waiting);
    }
    for (const [size, batch] of waiting) await this.compute(batch, size);
    const ranks = ranksOf(rows.map(({ result }) => result.score));
    return rows.map((row) => this.finished(row, ranks.get(row.result.score) ?? 0));
  }

  private accepted(architecture: Architecture, place: number): Architecture {
    if (!(architecture instanceof Architecture)) {
      throw new TypeError(`[${place}]: a value of type ${typeof architecture}, expected a list of Architecture objects`);
    }
    try {
      checkRefusals(this.bundle.manifest, architecture);
    } catch (error) {
      throw error instanceof InputError ? error.within(place) : error;
    }
    return architecture;
  }

  /** Replace operators of kind `other` according to their descriptions; return null if the bundle does not need that. */
  private async inKnownOperators(architecture: Architecture, original: EncodedArchitecture): Promise<Shown | null> {
    if (!this.bundle.manifest.features?.includes(KNOWS)) return null;
    const used = architecture.usedOperators;
    const worded = [...architecture.operators].find(([key, operator]) => used.has(key) && isWorded(operator));
    this.reader ??= DescriptionReader.load(this.embeddings.encoderFor(worded?.[1].text ?? ""));
    this.reader.catch(() => (this.reader = undefined)); // a later attempt may succeed
    const reader = await this.reader;
    if (reader === null) return null;
    const [known] = await reader.inKnownOperators([architecture]);
    const readings = await reader.warnings(new Set(original.graph.kinds));
    return { original, shown: withKnownCosts(original, encode(known)), readings };
  }

  /** Return the row of an architecture, and what must be computed for it, if no earlier row has the same result. */
  private row({ original, shown, readings }: Shown, results: Results): { row: Row; pending: Pending | null } {
    const hash = graphHash(original.graph);
    const reachableParameters = relativeParameters(shown.graph);
    const globals = this.globals(shown, reachableParameters);
    const hashes = shown === original ? hash : `${hash} ${graphHash(shown.graph)}`;
    const { name, parameters, flops, uncounted, warnings } = original;
    const ofGraph = results.get(hashes) ?? [];
    const known = ofGraph.find((result) => areSame(result.globals, globals));
    const limits = ofGraph[0]?.limits ?? this.limits.ofGraph(shown.graph);
    const result = known ?? { score: NaN, distance: null, limits, globals };
    const row = {
      known: { name, hash, parameters, reachableParameters, flops },
      warnings: readings.length === 0 ? warnings : [...warnings, ...readings],
      knowsCosts: Number.isFinite(shown.reachable.balanced),
      uncounted,
      result,
    };
    if (known !== undefined) return { row, pending: null };
    results.set(hashes, ofGraph);
    ofGraph.push(result);
    const described = describedShare(original.graph);
    return { row, pending: { graph: withoutJoins(shown.graph), globals, result, described } };
  }

  /** Add a graph to those of its padded size, and compute them if they fill a batch. */
  private async enqueue(pending: Pending, waiting: Map<number, Pending[]>): Promise<void> {
    const size = paddedSize(pending.graph.kinds.length);
    const batch = waiting.get(size) ?? [];
    batch.push(pending);
    const isFull = batch.length === this.runner.batchOf(size);
    waiting.set(size, isFull ? [] : batch);
    if (isFull) await this.compute(batch, size);
  }

  /** Compute the results of graphs of one padded size. */
  private async compute(batch: readonly Pending[], size: number): Promise<void> {
    if (batch.length === 0) return;
    const kinds = new Set(batch.flatMap(({ graph }) => graph.kinds));
    await this.embeddings.learn([...kinds].flatMap((kind) => this.rows.textsOf(kind)));
    const names = new Set(this.runner.inputs.map(({ name }) => name));
    const inputs = [...batchInputs(batch, size, this.rows)].filter(([name]) => names.has(name));
    const outputs = this.distance === null ? [SCORE] : [SCORE, STATISTICS];
    const found = await this.runner.run(new Map(inputs), outputs);
    const scores = found.get(SCORE)?.data ?? new Float32Array();
    const statistics = found.get(STATISTICS)?.data ?? new Float32Array();
    if (scores.length !== batch.length || ![scores, statistics].every((values) => values.every(Number.isFinite))) {
      const name = pythonRepr(this.bundle.name);
      const problem = `the bundle ${name} computed NaN or infinity`;
      throw new InputError(`${problem}, expected finite numbers; the bundle is broken`);
    }
    const width = statistics.length / batch.length;
    batch.forEach(({ result, described }, i) => {
      result.score = scores[i];
      result.distance = this.distance?.measure(statistics.subarray(i * width, (i + 1) * width), described) ?? null;
    });
  }

  private finished({ known, warnings, knowsCosts, uncounted, result }: Row, rank: number): Score {
    const { score, distance, limits } = result;
    const far = distance !== null && distance.value > FAR ? distance.largest : "";
    const about = this.limits.warnings(limits, { knowsCosts, far, uncounted });
    return {
      name: known.name,
      hash: known.hash,
      score,
      rank,
      parameters: known.parameters,
      reachableParameters: known.reachableParameters,
      flops: known.flops,
      bundle: this.bundle.name,
      distance: distance?.value ?? null,
      warnings: warnings.length === 0 ? about : [...warnings, ...about],
      ...(this.calibration === null ? {} : { expected: this.calibration.expected(score) }),
    };
  }
}

function areSame(some: Float32Array, others: Float32Array): boolean {
  for (let i = 0; i < some.length; i++) {
    if (!Object.is(some[i], others[i])) return false;
  }
  return true;
}

const weights = new WeakMap<NodeKind, number>();

/** Return the relative parameters of a canonical graph: 9 for a 3x3 convolution, 1 for a 1x1 convolution. */
function relativeParameters({ kinds }: RawGraph): number {
  let sum = 0;
  for (const kind of kinds) {
    let weight = weights.get(kind);
    if (weight === undefined) {
      weight = kind.mean(relativeWeight);
      weights.set(kind, weight);
    }
    sum += weight;
  }
  return sum;
}

/** Return the rank of each score: 1 for the highest; equal scores share the better rank. */
function ranksOf(scores: readonly number[]): ReadonlyMap<number, number> {
  const ranks = new Map<number, number>();
  Float64Array.from(scores, (score) => -score)
    .sort()
    .forEach((negative, place) => {
      if (!ranks.has(-negative)) ranks.set(-negative, place + 1);
    });
  return ranks;
}
