/** Windows of convolutions and poolings: their sides, their padding and the number of their positions. */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { Shape, whole } from "./quantities.js";
import type { Sides } from "./quantities.js";
import { samePadding } from "./rule.js";

/** Return the height and width of the kernel of an operator. */
export function kernelOf(operator: Operator): Sides {
  const height = whole(operator, "kernel");
  return [height, whole(operator, "kernel_width", height)];
}

/** Return the vertical and horizontal padding; null if the operator states none ("same" padding). */
export function paddingOf(operator: Operator): Sides | null {
  if (operator.value("padding") === undefined) {
    return null;
  }
  const height = operator.attribute("padding");
  return [Math.trunc(height), Math.trunc(operator.attribute("padding_width", height))];
}

/** Return the output shape of a convolution or pooling, with the stated padding or with "same" padding. */
export function windowed(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const target = samePadding(operator, source, width, stride);
  const padding = paddingOf(operator);
  if (padding === null) {
    return target;
  }
  const dilation = whole(operator, "dilation");
  const kernel = kernelOf(operator);
  const positionsOf = (length: number, side: 0 | 1): number =>
    positions(operator, length, dilation * (kernel[side] - 1) + 1, padding[side], stride);
  return new Shape(target.channels, positionsOf(source.height, 0), positionsOf(source.width, 1));
}

/** Return the number of positions of a window of `reach` positions along one side, with padding at each end. */
function positions(operator: Operator, length: number, reach: number, padding: number, stride: number): number {
  const room = length + 2 * padding - reach;
  if (room < 0) {
    throw new UnknownCostError(
      `the window of the operator ${pythonRepr(operator.text)} has ${reach} positions, but its input has ${length} ` +
        `with padding ${padding}, expected a window that fits`,
    );
  }
  if (operator.attribute("ceil", 0) !== 1) {
    return Math.floor(room / stride) + 1;
  }
  // With `ceil`, an incomplete window counts if it begins before the padding at the end.
  const count = Math.ceil(room / stride) + 1;
  return (count - 1) * stride >= length + padding ? count - 1 : count;
}
