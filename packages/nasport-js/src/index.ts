/**
 * nasport for JavaScript: rank neural architectures without training them.
 *
 *     import { bundleFromUrl, openBundle, Predictor, readNotation } from "nasport";
 *
 *     const predictor = await Predictor.load(await openBundle(bundleFromUrl("bundles/universal/")));
 *     const [score] = await predictor.score([readNotation("nasbench201", text)]);
 *
 * Bundles from folders need Node: `import { bundleFromFolder } from "nasport/node"`.
 */

export { type Costs, costsOf, reachableNumbers, type ReachableNumbers, writtenAndReachable } from "./costs/index.js";
export { DescriptionReader, type Reading } from "./encoder/description_reader.js";
export { Encoder } from "./encoder/encoder.js";
export { type ErrorPlace, formatPath, InputError, type PathInDocument, printable, UnknownCostError } from "./errors.js";
export { architectureHash, canonicalGraph, graphHash } from "./graphs/canonical.js";
export { cellGraph, kindOf } from "./graphs/cell_graph.js";
export { NodeKind, type RawGraph, rawGraph } from "./graphs/document_graph.js";
export { sha256, sha256Hex } from "./graphs/sha256.js";
export { didYouMean, nearest } from "./json/nearest.js";
export { decodeUtf8, lineOf, parseJson } from "./json/parse.js";
export { notations, readNotation, writeNotation } from "./notations/index.js";
export { knowsAttributes, PATH_ATTRIBUTES, pathAttributes, relativeWeight } from "./operators/index.js";
export { Bundle, bundleFromFiles, bundleFromUrl, type BundleSource, MissingFileError, openBundle } from "./predictor/bundle.js";
export type { Expected } from "./predictor/calibration.js";
export type { BundleManifest } from "./predictor/manifest.js";
export { Predictor, type PredictorOptions, type Score } from "./predictor/predictor.js";
export type { Runtime } from "./predictor/runner.js";
export {
  Architecture,
  architectureFromJson,
  type Cell,
  type Node,
  parseArchitecture,
  type Skeleton,
  type Stage,
} from "./schemas/architecture.js";
export { type Attributes, knownOperator, Operator, operatorBehind, type Value, vocabulary } from "./schemas/operators.js";
export { documentWarnings } from "./schemas/warnings.js";
export { attributeWords, kinds, mayState } from "./schemas/kinds.js";
