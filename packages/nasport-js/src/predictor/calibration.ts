/** Estimate the label of an architecture from its score, with an interval, for bundles that were fitted to labels. */

import { InputError } from "../errors.js";
import type { BundleManifest, CalibrationContent } from "./manifest.js";

/** The expected label of an architecture. */
export interface Expected {
  /** What the label is. */
  readonly label: string;
  /** Expected value, in the unit of the label. */
  readonly value: number;
  /** Ends of the interval. */
  readonly low: number;
  readonly high: number;
  /** Share of architectures, drawn like the labeled ones, whose label is in the interval. */
  readonly coverage: number;
}

/** A piecewise linear map from scores to labels. */
export class Calibration {
  private constructor(private readonly content: CalibrationContent) {}

  /** Read the calibration of a bundle; null if it has none. Throws `InputError` if the lists do not fit. */
  static of({ calibration }: BundleManifest): Calibration | null {
    if (calibration === undefined) return null;
    const { scores, values } = calibration;
    if (scores.length !== values.length || !scores.every((score, i) => i === 0 || scores[i - 1] < score)) {
      const problem = "a wrong calibration, expected as many values as scores, and increasing scores";
      throw new InputError(problem, { path: ["calibration"] });
    }
    return new Calibration(calibration);
  }

  /** Return the expected label of a score; scores beyond the known range get the label of the nearest end. */
  expected(score: number): Expected {
    const { label, half_width: halfWidth, coverage } = this.content;
    const value = this.interpolated(score);
    return { label, value, low: value - halfWidth, high: value + halfWidth, coverage };
  }

  private interpolated(score: number): number {
    const { scores, values } = this.content;
    const above = scores.findIndex((known) => known > score);
    if (above === 0) return values[0];
    if (above < 0) return values[values.length - 1];
    const below = above - 1;
    const slope = (values[above] - values[below]) / (scores[above] - scores[below]);
    return slope * (score - scores[below]) + values[below];
  }
}
