/** A cache of what operators give at places in networks, fast enough for millions of look-ups. */

import type { Operator } from "../schemas/operators.js";
import type { Shape } from "./quantities.js";

// More than any stride: a place is one number, so that a look-up creates no text.
const STRIDES = 1 << 16;

type ByPlace<Result> = Map<number, Result>;
type ByShape<Result> = Map<string, ByPlace<Result>>;

/** Results by operator, shape of the input, width and stride; a full cache forgets all of them. */
export class PlaceCache<Result> {
  private readonly results = new Map<string, ByShape<Result>>();
  private size = 0;

  constructor(private readonly limit: number) {}

  get(operator: Operator, source: Shape, width: number | null, stride: number): Result | undefined {
    return this.results.get(operator.identity)?.get(source.key)?.get(placeOf(width, stride));
  }

  set(operator: Operator, source: Shape, width: number | null, stride: number, result: Result): void {
    if (this.size >= this.limit) {
      this.results.clear();
      this.size = 0;
    }
    this.size += 1;
    const byShape = entry(this.results, operator.identity, () => new Map<string, ByPlace<Result>>());
    entry(byShape, source.key, () => new Map<number, Result>()).set(placeOf(width, stride), result);
  }
}

function placeOf(width: number | null, stride: number): number {
  return (width ?? -1) * STRIDES + stride;
}

function entry<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  let value = values.get(key);
  if (value === undefined) {
    value = make();
    values.set(key, value);
  }
  return value;
}
