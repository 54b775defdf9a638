/**
 * The sentence encoder, which turns descriptions of operators into vectors. Its bundle has `encoder.onnx` and `tokenizer.json`.
 *
 * Texts are encoded one at a time, so that a vector never depends on the other texts.
 */

import { BoundedCache } from "../graphs/bounded_cache.js";
import type { Bundle } from "../predictor/bundle.js";
import { type OnnxSession, openSession } from "../predictor/onnx_session.js";
import { Tokenizer } from "./tokenizer.js";

const MODEL_FILE = "encoder.onnx";
const TOKENIZER_FILE = "tokenizer.json";
const EMBEDDING = "embedding";
const MOST_CACHED = 1_024;

/** The embedding (D,) of a description and the output (T, D) of a layer for its T tokens, row by row. */
export interface States {
  readonly embedding: Float32Array;
  readonly tokens: Float32Array;
}

/** A loaded sentence encoder, which turns descriptions of operators into vectors of length 1. */
export class Encoder {
  readonly #tokenizer: Tokenizer;
  readonly #session: OnnxSession;
  readonly #embeddings = new BoundedCache<Promise<Float32Array>>(MOST_CACHED);
  #running: Promise<unknown> = Promise.resolve();

  private constructor(tokenizer: Tokenizer, session: OnnxSession) {
    this.#tokenizer = tokenizer;
    this.#session = session;
  }

  /**
   * Load the encoder of a bundle, which is the bundle of the encoder or of a predictor with a copy of it.
   *
   * @param layer - Name of a tensor inside the graph that `states` returns; empty for none.
   * @throws InputError: a file is missing, has changed or has the wrong content.
   */
  static async load(bundle: Bundle, layer = ""): Promise<Encoder> {
    const tokenizer = Tokenizer.parse(await bundle.read(TOKENIZER_FILE), bundle.pathOf(TOKENIZER_FILE));
    const model = await bundle.read(MODEL_FILE);
    const session = await openSession(model, bundle.pathOf(MODEL_FILE), layer);
    bundle.release(MODEL_FILE);
    return new Encoder(tokenizer, session);
  }

  /**
   * Return the token ids of a description with the start and end tokens, at most 256.
   *
   * @throws InputError: the text is not valid Unicode (a lone surrogate).
   */
  tokenIds(text: string): number[] {
    return this.#tokenizer.tokenIds(text);
  }

  /**
   * Embed descriptions.
   *
   * @param texts - N descriptions; only the first 256 tokens of each are read, as in the original model.
   * @returns N vectors (D,) of Euclidean length 1. The vectors are cached, so do not change them.
   * @throws InputError: a text is not valid Unicode (a lone surrogate).
   */
  async encode(texts: readonly string[]): Promise<Float32Array[]> {
    const ids = texts.map((text) => this.tokenIds(text));
    return Promise.all(ids.map((one) => this.#embeddings.get(one.join(" "), () => this.#embed(one))));
  }

  /** Return the embedding of a description and the output of the layer with which the encoder was loaded. */
  async states(text: string, layer: string): Promise<States> {
    const [embedding, tokens] = await this.#run(this.tokenIds(text), [EMBEDDING, layer]);
    return { embedding, tokens };
  }

  async #embed(ids: readonly number[]): Promise<Float32Array> {
    const [embedding] = await this.#run(ids, [EMBEDDING]);
    return embedding;
  }

  /** Run the model after all earlier calls, because a session can run only one of them at a time. */
  #run(ids: readonly number[], outputs: readonly string[]): Promise<Float32Array[]> {
    const dims = [1, ids.length];
    const feeds = {
      input_ids: { type: "int64", data: BigInt64Array.from(ids, BigInt), dims },
      attention_mask: { type: "int64", data: new BigInt64Array(ids.length).fill(1n), dims },
    } as const;
    const found = this.#running.then(async () => {
      const results = await this.#session.run(feeds, outputs);
      return outputs.map((name) => Float32Array.from(results[name].data));
    });
    this.#running = found.catch(() => undefined);
    return found;
  }
}
