/**
 * Measure the distance of an architecture from the training data of a bundle, one number for every score.
 *
 * For each statistic of a predictor the manifest has a range that contains nearly all training architectures. The excess
 * of a statistic outside of its range is measured in widths of the range, and the most unusual statistic determines the
 * distance:
 *
 *     distance = max(max_s excess_s / (high_s - low_s) / unit, described)
 *
 * For statistics of the size (`grows` in the manifest), the excess counts from the low end upwards, even inside the range.
 * `described` is the share of the operators whose numbers were read from their description.
 */

import { InputError } from "../errors.js";
import type { RawGraph } from "../graphs/document_graph.js";
import { pythonRepr } from "../json/python_text.js";
import { knowsAttributes } from "../operators/index.js";
import type { BundleManifest } from "./manifest.js";

/** Largest distance without a warning. */
export const FAR = 1;
const DIGITS = 1e4;
const NO_OPERATORS: readonly string[] = ["input", "output", "sum"];

/** A distance, and the statistic that is the most unusual. */
export interface MeasuredDistance {
  readonly value: number;
  readonly largest: string;
}

/** The distance from the training data of one bundle. */
export class Distance {
  private constructor(
    /** Names, in the order of the predictor's output `statistics`. */
    readonly statistics: readonly string[],
    private readonly low: readonly number[],
    private readonly high: readonly number[],
    private readonly grows: readonly boolean[],
    private readonly unit: number,
  ) {}

  /** Read the distance of a bundle; null if it has none. Throws `InputError` if the lists do not fit. */
  static of(manifest: BundleManifest): Distance | null {
    const content = manifest.distance;
    if (content === undefined) return null;
    const { statistics, low, high, grows, unit } = content;
    const fits = statistics.length === low.length && low.length === high.length;
    if (!fits || !low.every((value, i) => value < high[i])) {
      const problem = "wrong ranges, expected one low and one high number for every statistic, low below high";
      throw new InputError(problem, { path: ["distance"] });
    }
    const unknown = grows.find((name) => !statistics.includes(name));
    if (unknown !== undefined) {
      const problem = `unknown statistic ${pythonRepr(unknown)}, expected one of ${statistics.join(", ")}`;
      throw new InputError(problem, { path: ["distance", "grows"] });
    }
    return new Distance(statistics, low, high, statistics.map((name) => grows.includes(name)), unit);
  }

  /** Return the distance of an architecture from its statistics and the share of operators that are only described. */
  measure(values: Float32Array, described: number): MeasuredDistance {
    const parts = Array.from(values, (value, i) => {
      const [low, high] = [this.low[i], this.high[i]];
      const excess = Math.max(low - value, 0) + Math.max(value - (this.grows[i] ? low : high), 0);
      return excess / (high - low) / this.unit;
    });
    const most = Math.max(...parts);
    return { value: rounded(Math.max(most, described)), largest: this.statistics[parts.indexOf(most)] };
  }
}

/** Return the share of operators whose numbers must be read from their description. */
export function describedShare({ kinds }: RawGraph): number {
  const read = kinds.filter((kind) => !kind.operators.every(knowsAttributes)).length;
  if (read === 0) return 0;
  return read / Math.max(kinds.filter(({ kind }) => !NO_OPERATORS.includes(kind)).length, 1);
}

/** Round to four digits; halves go to the even digit, as in NumPy. */
function rounded(value: number): number {
  const scaled = value * DIGITS;
  const below = Math.floor(scaled);
  const rest = scaled - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return (up ? below + 1 : below) / DIGITS;
}
