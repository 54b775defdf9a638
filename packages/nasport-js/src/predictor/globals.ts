/**
 * Numbers of the whole network that a predictor may read in addition to the graph of the cells.
 *
 * The manifest of a bundle lists the names of its numbers in order. Unknown numbers are 0, which `knows_parameters`,
 * `knows_flops` and `knows_network` indicate.
 */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { EncodedArchitecture } from "./encoding.js";

/** A number of an encoded architecture; `relative` is its `reachableParameters`. */
type Global = (encoded: EncodedArchitecture, relative: number) => number;

/** Return 0 for a network whose costs are not all known. */
const whereKnown =
  (number: (of: EncodedArchitecture["reachable"]) => number): Global =>
  ({ reachable }) =>
    Number.isFinite(reachable.balanced) ? number(reachable) : 0;

const GLOBALS: ReadonlyMap<string, Global> = new Map<string, Global>([
  ["log_parameters", ({ parameters }) => Math.log1p(parameters ?? 0)],
  ["knows_parameters", ({ parameters }) => (parameters === null ? 0 : 1)],
  ["log_flops", ({ flops }) => Math.log1p(flops ?? 0)],
  ["knows_flops", ({ flops }) => (flops === null ? 0 : 1)],
  ["log_live_parameters", whereKnown(({ parameters }) => Math.log1p(parameters))],
  ["log_live_flops", whereKnown(({ flops }) => Math.log1p(flops))],
  ["balanced_parameters", whereKnown(({ balanced }) => balanced)],
  ["balanced_flops", whereKnown(({ balancedFlops }) => balancedFlops)],
  ["summed_capacity", whereKnown(({ summed }) => summed)],
  ["resolutions", whereKnown(({ resolutions }) => resolutions)],
  ["log_layers", whereKnown(({ layers }) => Math.log1p(layers))],
  ["log_width", whereKnown(({ width }) => Math.log1p(width))],
  ["log_positions", whereKnown(({ positions }) => Math.log1p(positions))],
  ["knows_network", whereKnown(() => 1)],
  ["log_reachable_parameters", (_, relative) => Math.log1p(relative)],
  ["nodes", ({ graph }) => graph.kinds.length],
]);

/** Return a function that computes the numbers `names`. Throws `InputError` if this release does not know one. */
export function globalNumbers(names: readonly string[]): (encoded: EncodedArchitecture, relative: number) => Float32Array {
  const columns = names.map((name) => {
    const column = GLOBALS.get(name);
    if (column !== undefined) return column;
    const problem = `the bundle reads the unknown global ${pythonRepr(name)}`;
    throw new InputError(`${problem}, expected one of this release; update nasport`);
  });
  return (encoded, relative) => {
    const numbers = new Float32Array(columns.length);
    columns.forEach((column, i) => (numbers[i] = column(encoded, relative)));
    return numbers;
  };
}
