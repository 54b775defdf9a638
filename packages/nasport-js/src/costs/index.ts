/** Exact trainable parameters and multiply-accumulates of a whole network, computed from its document. */

import type { Architecture } from "../schemas/architecture.js";
import { writtenAndReachable } from "./reachable.js";
import type { WrittenAndReachable } from "./reachable.js";

export { reachableNumbers, writtenAndReachable } from "./reachable.js";
export type { ReachableNumbers, WrittenAndReachable } from "./reachable.js";
export { networkCost } from "./skeleton.js";
export type { NetworkCost } from "./skeleton.js";

/** Costs of a whole network. */
export interface Costs {
  /** Trainable parameters; null if unknown. */
  readonly parameters: number | null;
  /** Multiply-accumulates for one input; null if unknown. */
  readonly flops: number | null;
  /** Why parameters and FLOPs are unknown; empty for known costs and for architectures without a skeleton. */
  readonly uncounted: string;
}

/** Return parameters and FLOPs of a network, or the reason why they are unknown. */
export function costsOf(architecture: Architecture): Costs {
  return writtenCosts(architecture, writtenAndReachable(architecture));
}

/** Return the costs of a network as written, from the result of `writtenAndReachable`. */
export function writtenCosts(architecture: Architecture, { written }: WrittenAndReachable): Costs {
  if (typeof written === "string") {
    return { parameters: null, flops: null, uncounted: architecture.skeleton ? written : "" };
  }
  return { parameters: written.parameters, flops: written.flops, uncounted: "" };
}
