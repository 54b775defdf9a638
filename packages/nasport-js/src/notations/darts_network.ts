/**
 * Networks of stacked DARTS cells.
 *
 * The cells with index depth//3 and 2*depth//3 are reduction cells, which halve the resolution and double the width (Liu et al.
 * 2019, section 3.2). The stem is one convolution with three times the width on CIFAR-10, and three convolutions of stride 2 on
 * ImageNet.
 */

import { InputError } from "../errors.js";
import { skeletonDigest } from "../graphs/document_graph.js";
import { Architecture, type Skeleton, type Stage } from "../schemas/architecture.js";
import { cellOf, skeletonOf, stage } from "./base.js";
import { image, POOL } from "./skeletons.js";

/** Initial width and number of cells of the published CIFAR-10 evaluation network. */
export const [DARTS_WIDTH, DARTS_DEPTH] = [36, 20];

/** Return the CIFAR-10 network with an initial width and a number of cells. */
export function cifarNetwork(width: number, depth: number): Skeleton {
  const stem = [stage({ op: "stem_conv3x3", width: 3 * width })];
  return skeletonOf({ stages: stagesOf(width, depth), stem, head: POOL, input: image(32), classes: 10 });
}

/**
 * Return the ImageNet network with an initial width and a number of cells.
 *
 * In the published network a ReLU follows the older input of the first cell; here the ReLU precedes it, which is equivalent
 * because the cell applies a ReLU to its inputs.
 */
export function imagenetNetwork(width: number, depth: number): Skeleton {
  const first = stage({ op: "conv_3x3", width: Math.floor(width / 2), stride: 2 });
  const then = stage({ op: "stem_conv3x3", width, stride: 2 });
  const stem = [first, then, stage({ op: "relu" }), then];
  return skeletonOf({ stages: stagesOf(width, depth), stem, head: POOL, input: image(224), classes: 1000 });
}

/** Return the initial width and the number of cells of a network of this module; arbitrary numbers for other networks. */
export function widthAndDepth({ stages }: Skeleton): [width: number, depth: number] {
  const [first] = stages;
  return [Math.floor((first.width ?? 1) / first.stride), stages.reduce((sum, one) => sum + one.repeats, 0)];
}

/**
 * Check that a skeleton, if there is one, is a network of this module with any width and depth.
 *
 * Throws `InputError`: another skeleton.
 *
 * @param exact - Whether the input size and the number of classes must also match.
 */
export function checkNetwork(architecture: Architecture, exact = true): void {
  const { skeleton } = architecture;
  if (skeleton === null) return;
  const roles = ["normal", "reduction"];
  const cells = new Map(roles.map((role) => [role, cellOf([], { role, channels: "stack" })]));
  const [width, depth] = widthAndDepth(skeleton);
  const digest = String(skeletonDigest(architecture));
  for (const network of [cifarNetwork(width, depth), imagenetNetwork(width, depth)]) {
    const known = exact ? network : { ...network, input: skeleton.input, classes: skeleton.classes };
    if (String(skeletonDigest(new Architecture({ cells, skeleton: known }))) === digest) return;
  }
  throw new InputError("another skeleton, expected a network of stacked DARTS cells", { path: ["skeleton"] });
}

/** Return the stages of normal and reduction cells. */
function stagesOf(width: number, depth: number): Stage[] {
  const stages: Stage[] = [];
  let start = 0;
  const reductions = new Set([Math.floor(depth / 3), Math.floor((2 * depth) / 3)]);
  for (const place of [...reductions, depth]) {
    if (place > start) stages.push(stage({ cell: "normal", repeats: place - start, width }));
    if (place < depth) {
      width *= 2;
      stages.push(stage({ cell: "reduction", width, stride: 2 }));
    }
    start = place + 1;
  }
  return stages;
}
