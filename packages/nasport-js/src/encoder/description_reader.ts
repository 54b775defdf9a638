/**
 * Read kind and attributes of an operator from its description, for operators of kind `other`.
 *
 * A small network reads the encoder's vector of every token and the embedding of the sentence, and gives the family of
 * operators and each of its numbers. The result replaces the operator when an architecture is scored. It is only an estimate,
 * so the reported parameters and FLOPs do not use it. Attributes in the document take precedence.
 */

import { InputError } from "../errors.js";
import { BoundedCache } from "../graphs/bounded_cache.js";
import type { NodeKind } from "../graphs/document_graph.js";
import { pythonRepr } from "../json/python_text.js";
import { knowsAttributes } from "../operators/index.js";
import type { Bundle } from "../predictor/bundle.js";
import { readNpz } from "../predictor/npz.js";
import type { Architecture } from "../schemas/architecture.js";
import { Operator, type Value, vocabulary } from "../schemas/operators.js";
import { Encoder } from "./encoder.js";
import { type Family, type ReaderSettings, readerSettings } from "./reader_settings.js";
import { ReadingNetwork } from "./reading_network.js";

const READER_FILE = "reader.npz";
const MOST_CACHED = 4_096;
/** Attributes in a document that override what the kind determines. */
const OF_ITS_OWN: readonly string[] = ["resolution", "resolution_width", "parameters", "flops"];

/** The operator that was recognized in a description. */
export interface Reading {
  /** Operator with known kind and numbers. */
  readonly operator: Operator;
  /** Probability that kind and numbers are right, 0 to 1. */
  readonly confidence: number;
  /** Names of numbers that neither the description nor the document states. */
  readonly assumed: readonly string[];
  /** Whether a score that depends on this operator is comparable with others. */
  readonly sure: boolean;
}

/** Whether an operator has kind `other`, so that its description must tell what it computes. */
export function isWorded(operator: Operator): boolean {
  return !knowsAttributes(operator);
}

/** Whether a network uses an operator of kind `other` of its document. */
export function hasWorded(architecture: Architecture): boolean {
  const worded = [...architecture.operators].filter(([, operator]) => isWorded(operator));
  if (worded.length === 0) return false;
  const used = architecture.usedOperators;
  return worded.some(([key]) => used.has(key));
}

/** Reader of descriptions with the weights of an encoder's bundle. Make one with `DescriptionReader.load`. */
export class DescriptionReader {
  /** The encoder, which a predictor can also use for its embeddings, so that it is loaded only once. */
  readonly encoder: Encoder;
  readonly #network: ReadingNetwork;
  readonly #settings: ReaderSettings;
  readonly #readings = new BoundedCache<Promise<Reading>>(MOST_CACHED);

  private constructor(encoder: Encoder, network: ReadingNetwork, settings: ReaderSettings) {
    this.encoder = encoder;
    this.#network = network;
    this.#settings = settings;
  }

  /**
   * Load the reader from the bundle of an encoder; return null if the bundle has none.
   *
   * @throws InputError: a file is missing, has changed, or has the wrong content.
   */
  static async load(bundle: Bundle): Promise<DescriptionReader | null> {
    if (!bundle.has(READER_FILE)) return null;
    const file = bundle.pathOf(READER_FILE);
    const data = await bundle.read(READER_FILE);
    let settings: ReaderSettings;
    let network: ReadingNetwork;
    try {
      const arrays = await readNpz(data);
      const told = arrays.get("told");
      settings = readerSettings(told?.type === "text" ? (told.data[0] ?? "") : "");
      network = ReadingNetwork.of(arrays);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(`the file is not a reader of descriptions: ${reason}`, { file });
    }
    return new DescriptionReader(await Encoder.load(bundle, settings.layer), network, settings);
  }

  /** Read one operator; the result is cached. */
  read(operator: Operator): Promise<Reading> {
    return this.#readings.get(operator.identity, () => this.#read(operator));
  }

  /** Return the architectures with every operator of kind `other` replaced according to its description. */
  async inKnownOperators(architectures: readonly Architecture[]): Promise<Architecture[]> {
    const known: Architecture[] = [];
    for (const architecture of architectures) {
      const used = architecture.usedOperators;
      const operators = new Map<string, Operator>();
      for (const [key, operator] of architecture.operators) {
        operators.set(key, used.has(key) && isWorded(operator) ? (await this.read(operator)).operator : operator);
      }
      known.push(architecture.withParts({ operators }));
    }
    return known;
  }

  /**
   * Return sentences about how the operators of kind `other` in a graph were read and whether that is reliable.
   *
   * @param kinds - The kinds of the nodes of the canonical graph, in its order.
   */
  async warnings(kinds: Iterable<NodeKind>): Promise<string[]> {
    const sentences = new Set<string>();
    for (const kind of kinds) {
      for (const operator of kind.operators) {
        if (isWorded(operator)) sentences.add(sentenceOf(operator, await this.read(operator)));
      }
    }
    return [...sentences];
  }

  async #read(operator: Operator): Promise<Reading> {
    const { families, numbers, layer, threshold } = this.#settings;
    const { embedding, tokens } = await this.encoder.states(operator.text, layer);
    const sizes = [families.length, ...[...numbers.values()].map((values) => values.length + 1)];
    const [ofFamilies, ...ofNumbers] = this.#network.chances(tokens, embedding, sizes);
    const chances = new Map([...numbers.keys()].map((name, place) => [name, ofNumbers[place]]));
    const family = families[largest(ofFamilies)];
    let confidence = chanceOfKind(family, families, ofFamilies);
    const read: Record<string, Value> = { ...family.fixed };
    const stated = Object.fromEntries(operator.attributes.filter(([name]) => !OF_ITS_OWN.includes(name)));
    const assumed: string[] = [];
    for (const name of family.reads) {
      const values = numbers.get(name);
      const likely = chances.get(name);
      if (name in stated || values === undefined || likely === undefined) continue;
      const best = largest(likely);
      confidence *= likely[best];
      if (best < values.length) read[name] = values[best];
      else if (!family.usual.includes(name)) assumed.push(name);
    }
    const found = known(family, family.like.withAttributes({ ...read, ...stated }));
    return { operator: found, confidence, assumed, sure: confidence >= threshold && assumed.length === 0 };
  }
}

/** Return the probability of all families that have the kind of `family`. */
function chanceOfKind(family: Family, families: readonly Family[], chances: Float32Array): number {
  let sum = 0;
  for (const [place, other] of families.entries()) {
    if (other.like.kind === family.like.kind) sum += chances[place];
  }
  return sum;
}

function largest(numbers: Float32Array): number {
  let best = 0;
  for (let place = 1; place < numbers.length; place++) {
    if (numbers[place] > numbers[best]) best = place;
  }
  return best;
}

/** Return the sentence of a warning about how an operator was read. */
export function sentenceOf(operator: Operator, reading: Reading): string {
  const taken =
    `the operator ${pythonRepr(operator.text)} has only a description and is read as ` + pythonRepr(reading.operator.text);
  if (reading.sure) return taken;
  const lack = reading.assumed.length ? `without its ${reading.assumed.join(" and ")}` : "with low confidence";
  return (
    `${taken}, ${lack}: the score is not comparable; add the kind and the numbers of the operator to the document`
  );
}

/** Return the vocabulary's operator of a family with these attributes, else the operator with a description of them. */
function known(family: Family, operator: Operator): Operator {
  const wanted = JSON.stringify(operator.attributes);
  for (const key of family.keys) {
    const candidate = vocabulary().get(key);
    if (candidate !== undefined && JSON.stringify(candidate.attributes) === wanted) return candidate;
  }
  if (!family.words) return operator;
  const text = family.words.replace(/\{(\w+)\}/g, (_, name: string) => String(operator.attribute(name)));
  return new Operator(text, operator.kind, operator.attributes, operator.ordered, operator.key);
}
