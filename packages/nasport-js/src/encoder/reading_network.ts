/**
 * The small network of the description reader: queries select the tokens that matter, a hidden layer combines their vectors
 * with the embedding of the sentence, and a readout gives logits.
 */

import type { NpyArray } from "../predictor/npz.js";

/** A tensor of numbers, row by row. */
interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/**
 * Weights by name. D is the width of a token, E that of the embedding, K the number of queries, d the width of a query's value.
 */
interface Weights {
  /** (D, K) */
  readonly query: NumberArray;
  /** (K,) */
  readonly query_bias: NumberArray;
  /** (K, D, d) */
  readonly value: NumberArray;
  /** (K, d) */
  readonly value_bias: NumberArray;
  /** () */
  readonly scale: NumberArray;
  /** (K d + E, H) */
  readonly hidden: NumberArray;
  /** (H,) */
  readonly hidden_bias: NumberArray;
  /** (H, C) */
  readonly readout: NumberArray;
  /** (C,) */
  readonly readout_bias: NumberArray;
}

/** The network with its weights. */
export class ReadingNetwork {
  readonly #weights: Weights;

  private constructor(weights: Weights) {
    this.#weights = weights;
  }

  /** Make the network from named arrays; throw an `Error` if one is missing or has another shape. */
  static of(arrays: ReadonlyMap<string, NpyArray>): ReadingNetwork {
    const take = (name: string, ...shape: number[]): NumberArray => {
      const array = arrays.get(name);
      if (array?.type !== "number") throw new Error(`no array ${name} of numbers`);
      const fits = array.shape.length === shape.length && shape.every((size, axis) => size < 0 || size === array.shape[axis]);
      if (!fits) throw new Error(`the array ${name} has the shape (${array.shape.join(", ")})`);
      return array;
    };
    const query = take("query", -1, -1);
    const [width, queries] = query.shape;
    const value = take("value", queries, width, -1);
    const hidden = take("hidden", -1, -1);
    const readout = take("readout", hidden.shape[1], -1);
    return new ReadingNetwork({
      query,
      query_bias: take("query_bias", queries),
      value,
      value_bias: take("value_bias", queries, value.shape[2]),
      scale: take("scale"),
      hidden,
      hidden_bias: take("hidden_bias", hidden.shape[1]),
      readout,
      readout_bias: take("readout_bias", readout.shape[1]),
    });
  }

  /**
   * Return the probabilities of several groups of classes for one description.
   *
   * @param tokens - (T, D) vectors of the encoder for each token.
   * @param embedding - (E,) embedding of the description.
   * @param sizes - Number of classes of each group.
   */
  chances(tokens: Float32Array, embedding: Float32Array, sizes: readonly number[]): Float32Array[] {
    const logits = this.#logits(tokens, embedding);
    let start = 0;
    return sizes.map((size) => {
      const part = Float32Array.from(logits.subarray(start, start + size));
      start += size;
      softmax(part);
      return part;
    });
  }

  #logits(tokens: Float32Array, embedding: Float32Array): Float32Array {
    const { value_bias, scale, hidden, hidden_bias, readout, readout_bias } = this.#weights;
    const features = new Float32Array(hidden.shape[0]);
    const found = value_bias.data.length;
    if (features.length !== found + embedding.length) {
      throw new RangeError(`an embedding of ${embedding.length} numbers, expected ${features.length - found}`);
    }
    features.set(this.#selected(tokens));
    embedding.forEach((number, place) => (features[found + place] = number * scale.data[0]));
    const combined = affine(features, hidden, hidden_bias).map((number) => Math.max(number, 0));
    return affine(combined, readout, readout_bias);
  }

  /** Return the values (K d,) of the tokens that each query selects. */
  #selected(tokens: Float32Array): Float32Array {
    const { query, query_bias, value, value_bias } = this.#weights;
    const [queries, width, size] = value.shape;
    const count = tokens.length / width;
    const relevance = Array.from({ length: count }, (_, token) =>
      affine(tokens.subarray(token * width, (token + 1) * width), query, query_bias),
    );
    const values = new Float32Array(queries * size);
    for (let k = 0; k < queries; k++) {
      const shares = Float32Array.from(relevance, (row) => row[k]);
      softmax(shares);
      const mean = new Float64Array(width);
      shares.forEach((share, token) => {
        for (let d = 0; d < width; d++) mean[d] += share * tokens[token * width + d];
      });
      const matrix = { shape: [width, size], data: value.data.subarray(k * width * size, (k + 1) * width * size) };
      const bias = { shape: [size], data: value_bias.data.subarray(k * size, (k + 1) * size) };
      values.set(affine(mean, matrix, bias), k * size);
    }
    return values;
  }
}

/** Return `vector @ matrix + bias`. */
function affine(vector: Float32Array | Float64Array, matrix: NumberArray, bias: NumberArray): Float32Array {
  const [rows, columns] = matrix.shape;
  const sums = Float64Array.from(bias.data);
  for (let row = 0; row < rows; row++) {
    const factor = vector[row];
    for (let column = 0; column < columns; column++) sums[column] += factor * matrix.data[row * columns + column];
  }
  return Float32Array.from(sums);
}

/** Replace logits by probabilities. */
function softmax(logits: Float32Array): void {
  const highest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  powers.forEach((power, place) => (logits[place] = power / sum));
}
