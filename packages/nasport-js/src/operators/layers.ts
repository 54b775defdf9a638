/**
 * The layers of which operators consist, each with its cost.
 *
 * An operator of several layers is described by a list of these, and its cost is their sum. Layers without parameters
 * and multiply-accumulates (activations, shuffles, shortcuts) are left out here; the Python package lists them too,
 * because it builds modules from them.
 */

import { Cost, added, biases, convolution, linear, normalization } from "./quantities.js";
import type { Shape, Sides } from "./quantities.js";

/**
 * One layer. Its cost is computed on demand, so that an operator checks its attributes before the costs of its layers.
 */
export interface Layer {
  /** Parameters and multiply-accumulates of the layer. Throws `UnknownCostError`. */
  readonly cost: Cost;
}

/** Options of a convolution. */
export interface ConvOptions {
  /** Side of the kernel, or its height and width; 1 by default. */
  readonly kernel?: number | Sides;
  readonly groups?: number;
  /** Whether a batch normalization follows; true by default. */
  readonly norm?: boolean;
  /** Whether it has a bias; false by default. */
  readonly bias?: boolean;
}

/** A convolution, optionally with a batch normalization and a bias. */
export class Conv implements Layer {
  constructor(
    readonly source: Shape,
    readonly target: Shape,
    readonly options: ConvOptions = {},
  ) {}

  get cost(): Cost {
    const { kernel = 1, groups = 1, norm = true, bias = false } = this.options;
    const found = convolution(this.source, this.target, kernel, groups, norm);
    return bias ? found.plus(biases(this.target)) : found;
  }
}

/** Return a linear layer at every position, a 1x1 convolution without normalization. */
export function dense(source: Shape, channels: number, bias = true): Layer {
  return new Conv(source, source.strided(channels), { norm: false, bias });
}

/** A layer normalization over the channels at every position. */
export class LayerNorm implements Layer {
  constructor(readonly shape: Shape) {}

  get cost(): Cost {
    return normalization(this.shape);
  }
}

/** A trained factor for every channel (layer scale). */
export class Scale implements Layer {
  constructor(readonly shape: Shape) {}

  get cost(): Cost {
    return biases(this.shape);
  }
}

/**
 * Squeeze and excitation (Hu et al. 2018): two 1x1 convolutions with biases compute channel weights from channel means.
 */
export class SqueezeExcitation implements Layer {
  constructor(
    readonly channels: number,
    readonly squeezed: number,
  ) {}

  get cost(): Cost {
    return linear(this.channels, this.squeezed).plus(linear(this.squeezed, this.channels));
  }
}

/** Heads and biases of a self-attention. */
export interface AttentionOptions {
  readonly heads: number;
  /** Channels of all heads together. */
  readonly inner: number;
  /** Number of heads of keys and values, each shared by an equal number of heads of queries (Ainslie et al. 2023). */
  readonly keyValueHeads: number;
  /** Whether the last linear layer has a bias. */
  readonly bias: boolean;
  /** Whether the linear layers of queries, keys and values have a bias. */
  readonly queryBias: boolean;
}

/** Multi-head self-attention over all positions (Vaswani et al. 2017), with its linear layers. */
export class Attention implements Layer {
  constructor(
    readonly shape: Shape,
    readonly options: AttentionOptions,
  ) {}

  /** Channels of all heads of the keys together, and of the values. */
  get keyValueInner(): number {
    return Math.floor(this.options.inner / this.options.heads) * this.options.keyValueHeads;
  }

  get cost(): Cost {
    const { channels, positions } = this.shape;
    const { inner, bias, queryBias } = this.options;
    const read = linear(channels, inner + 2 * this.keyValueInner, positions, queryBias);
    const products = new Cost(0, 2 * positions * positions * inner);
    return added([read, linear(inner, channels, positions, bias), products]);
  }
}

/** Return the sum of the costs of layers. */
export function total(layers: readonly Layer[]): Cost {
  return added(layers.map((layer) => layer.cost));
}
