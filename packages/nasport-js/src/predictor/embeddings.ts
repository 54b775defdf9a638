/** Embeddings of operator descriptions: from the table of the bundle, else from the sentence encoder. */

import { Encoder } from "../encoder/encoder.js";
import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Bundle } from "./bundle.js";
import { EMBEDDING_WIDTH, type KnownEmbeddings } from "./features.js";
import { readNpz } from "./npz.js";

const TABLE = "operators.npz";
const ENCODER_FILE = "encoder.onnx";
/** Largest number of embeddings that are kept, unless one batch has more. */
const MAX_LEARNED = 4_096;

/** Embeddings of descriptions for one predictor bundle. Make them with `Embeddings.load`. */
export class Embeddings implements KnownEmbeddings {
  private readonly learned = new Map<string, Float32Array>();
  private encoder: Promise<Encoder> | undefined;

  private constructor(
    private readonly bundle: Bundle,
    private readonly encoderBundle: Bundle | undefined,
    private readonly known: ReadonlyMap<string, Float32Array>,
    /** Components of an embedding. */
    readonly width: number,
  ) {}

  /** Read the table of a bundle. `encoder` is the bundle of the encoder that the predictor names, if it has been opened. */
  static async load(bundle: Bundle, encoder?: Bundle): Promise<Embeddings> {
    const { texts, vectors, width } = await readTable(bundle);
    const known = new Map(texts.map((text, i) => [text, vectors.subarray(i * width, (i + 1) * width)]));
    return new Embeddings(bundle, encoder, known, width);
  }

  /** Return the embedding of a description, which is in the table or was among those of the last `learn`. */
  of(text: string): Float32Array {
    const vector = this.known.get(text) ?? this.learned.get(text);
    if (vector === undefined) throw new Error(`the embedding of ${pythonRepr(text)} has not been computed`);
    return vector;
  }

  /** Make embeddings available. Throws `InputError` if the encoder is needed but missing or another one. */
  async learn(texts: Iterable<string>): Promise<void> {
    const wanted = [...new Set(texts)].filter((text) => !this.known.has(text));
    const unknown = wanted.filter((text) => !this.learned.has(text));
    if (unknown.length === 0) return;
    this.encoder ??= Encoder.load(this.encoderFor(unknown[0]));
    this.encoder.catch(() => (this.encoder = undefined)); // a later attempt may succeed
    const vectors = await (await this.encoder).encode(unknown);
    const added = new Map(unknown.map((text, i) => [text, vectors[i]]));
    const kept = wanted.map((text) => [text, added.get(text) ?? this.of(text)] as const);
    if (this.learned.size + added.size > MAX_LEARNED) this.learned.clear();
    for (const [text, vector] of kept) this.learned.set(text, vector);
  }

  /** Return the bundle with the encoder. Throws `InputError` if it is missing or another one; `text` is what needs it. */
  encoderFor(text: string): Bundle {
    const [name, wanted] = [pythonRepr(this.bundle.name), this.bundle.manifest.encoder];
    if (wanted === undefined) {
      const problem = `the bundle ${name} has no encoder`;
      throw new InputError(`${problem}, expected only operators with descriptions from its table`);
    }
    if (this.bundle.has(ENCODER_FILE)) return this.bundle;
    if (this.encoderBundle === undefined) {
      const problem = `the operator ${pythonRepr(text)} is known only by its description, which needs the encoder`;
      throw new InputError(`${problem}; load the bundle ${pythonRepr(wanted.name)} with the predictor`);
    }
    const encoder = this.encoderBundle;
    const found = encoder.has(ENCODER_FILE) ? encoder.manifest.files[ENCODER_FILE].sha256 : "None";
    if (found !== wanted.sha256) {
      const problem = `the encoder ${pythonRepr(encoder.name)} has SHA-256 ${found}, expected ${wanted.sha256}`;
      throw new InputError(`${problem}, with which the bundle ${name} was made`);
    }
    return encoder;
  }
}

async function readTable(bundle: Bundle): Promise<{ texts: readonly string[]; vectors: Float32Array; width: number }> {
  const expected = "expected the arrays 'texts' (K,) of strings and 'embeddings' (K, E) of finite numbers";
  const file = bundle.pathOf(TABLE);
  const arrays = await readNpz(await bundle.read(TABLE), file);
  const [texts, vectors] = [arrays.get("texts"), arrays.get("embeddings")];
  if (texts === undefined || vectors === undefined) {
    throw new InputError(`the file is not a table of embeddings, ${expected}`, { file });
  }
  const fits = texts.shape.length === 1 && vectors.shape.length === 2 && texts.shape[0] === vectors.shape[0];
  if (!fits || texts.type !== "text" || vectors.type !== "number" || !vectors.data.every(Number.isFinite)) {
    const found = [texts, vectors].map(({ dtype, shape }) => `${dtype} (${shape.join(", ")})`).join(" and ");
    throw new InputError(`the table of embeddings has arrays of ${found}, ${expected}`, { file });
  }
  const width = texts.shape[0] === 0 ? EMBEDDING_WIDTH : vectors.shape[1];
  return { texts: texts.data, vectors: Float32Array.from(vectors.data), width };
}
