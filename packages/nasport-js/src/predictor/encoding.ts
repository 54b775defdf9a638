/** Encode architectures: the canonical graph, the costs, and the warnings about the document. */

import { reachableNumbers, type ReachableNumbers, writtenAndReachable, writtenCosts } from "../costs/index.js";
import { canonicalGraph } from "../graphs/canonical.js";
import { type RawGraph, rawGraph } from "../graphs/document_graph.js";
import type { Architecture } from "../schemas/architecture.js";
import { documentWarnings } from "../schemas/warnings.js";

/** One architecture, ready to be scored. */
export interface EncodedArchitecture {
  readonly name: string;
  /** Graph in canonical order. */
  readonly graph: RawGraph;
  /** Trainable parameters of the whole network; null if unknown. */
  readonly parameters: number | null;
  /** Multiply-accumulates for one input; null if unknown. */
  readonly flops: number | null;
  /** Costs of the network without its unreachable nodes. */
  readonly reachable: ReachableNumbers;
  /** Why parameters and FLOPs are unknown; empty for known costs and for architectures without a skeleton. */
  readonly uncounted: string;
  /** Sentences about probable mistakes in the document. */
  readonly warnings: readonly string[];
}

/** Encode one checked architecture. */
export function encode(architecture: Architecture): EncodedArchitecture {
  const costs = writtenAndReachable(architecture);
  return {
    name: architecture.name,
    graph: canonicalGraph(rawGraph(architecture)),
    ...writtenCosts(architecture, costs),
    reachable: reachableNumbers(costs.reachable),
    warnings: documentWarnings(architecture),
  };
}

/**
 * Return the architecture `read`, in which descriptions have been replaced by known operators, with the costs of the
 * original if its document states all of them.
 */
export function withKnownCosts(original: EncodedArchitecture, read: EncodedArchitecture): EncodedArchitecture {
  return {
    ...read,
    parameters: original.parameters ?? read.parameters,
    flops: original.flops ?? read.flops,
    reachable: original.parameters === null ? read.reachable : original.reachable,
  };
}
