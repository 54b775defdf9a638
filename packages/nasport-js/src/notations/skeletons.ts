/** Skeletons in notations: conversion into a list of layers, and checks against the network that a notation implies. */

import { InputError } from "../errors.js";
import { skeletonDigest } from "../graphs/document_graph.js";
import { compareTexts } from "../json/python_text.js";
import type { Architecture, Skeleton, Stage } from "../schemas/architecture.js";
import type { Operator } from "../schemas/operators.js";
import { equal, shipped, stage } from "./base.js";

/** Head of most networks. */
export const POOL: readonly Stage[] = [stage({ op: "global_avg_pool" })];

const STAGES = ["skeleton", "stages"] as const;

/** Return the input sizes of a network for square images. */
export function image(size: number): Skeleton["input"] {
  return [["channels", 3], ["height", size], ["width", size]];
}

/** One repeat of one stage. */
export interface StackedLayer {
  /** The operator; null for a cell. */
  readonly what: Operator | null;
  /** Number of output channels. */
  readonly width: number;
  readonly stride: number;
}

/**
 * Return all repeats of all stages with their widths.
 *
 * Throws `InputError`: no skeleton, or a stage with a resolution or with attributes of its cell.
 */
export function layers(architecture: Architecture): StackedLayer[] {
  const { skeleton } = architecture;
  if (skeleton === null) {
    throw new InputError("no skeleton, expected one: this notation describes its stages", { path: ["skeleton"] });
  }
  let width = stemWidth(skeleton);
  const stacked: StackedLayer[] = [];
  for (const [place, one] of skeleton.stages.entries()) {
    if (one.resolution !== null) {
      const problem = "a stage with a resolution, expected none: this notation cannot express it";
      throw new InputError(problem, { path: [...STAGES, place, "resolution"] });
    }
    if (one.cell && one.attributes.length) {
      const problem = "a cell with attributes, expected none: this notation cannot express them";
      throw new InputError(problem, { path: [...STAGES, place, "attributes"] });
    }
    width = one.width ?? width;
    const what = one.op ? architecture.operator(one.op).withAttributes(Object.fromEntries(one.attributes)) : null;
    for (let repeat = 0; repeat < one.repeats; repeat++) stacked.push({ what, width, stride: repeat ? 1 : one.stride });
  }
  return stacked;
}

/** Group neighboring layers of equal width. */
export function groupsByWidth(stacked: readonly StackedLayer[]): StackedLayer[][] {
  const groups: StackedLayer[][] = [];
  for (const layer of stacked) {
    const last = groups.at(-1);
    if (last !== undefined && last[0].width === layer.width) last.push(layer);
    else groups.push([layer]);
  }
  return groups;
}

/**
 * Return a digit for each layer: the index of its operator among the choices of the layer.
 *
 * Throws `InputError`: a layer with another operator.
 *
 * @param choices - For each layer the operators by their digits.
 * @param names - Names of the operators, for the message.
 */
export function layerDigits(stacked: readonly StackedLayer[], choices: readonly (readonly Operator[])[], names: string): string {
  return stacked
    .map((layer, place) => {
      const digit = choices[place].findIndex((operator) => operator.identity === layer.what?.identity);
      if (digit < 0) throw new InputError(`layer ${place + 1} differs, expected one of ${names}`, { path: STAGES });
      return String(digit);
    })
    .join("");
}

/** Return the number of channels after the stem; 0 if the stem states none. */
export function stemWidth(skeleton: Skeleton): number {
  return [...skeleton.stem].reverse().find((one) => one.width !== null)?.width ?? 0;
}

/** Check that a document does not redefine operators of the vocabulary. Throws `InputError` otherwise. */
export function checkOwnOperators(architecture: Architecture, keys: Iterable<string>): void {
  for (const key of keys) {
    const own = architecture.operators.get(key);
    if (own !== undefined && own.identity !== shipped(key).identity) {
      const problem = `the document redefines '${key}', expected the operator of the vocabulary in this notation`;
      throw new InputError(problem, { path: ["operators", key] });
    }
  }
}

/**
 * Check stem, head and roles of cells, for notations that read the stages as a list of `layers`.
 *
 * Throws `InputError`: another stem, head or role.
 *
 * @param of - Document of the search space with the expected stem, head and roles.
 */
export function checkEnds(architecture: Architecture, of: Architecture): void {
  if (architecture.skeleton === null || of.skeleton === null) return;
  const [found, expected] = [roles(architecture), roles(of)];
  if (!equal(found, expected)) {
    throw new InputError(`cells with (role, channels) ${rolesText(found)}, expected ${rolesText(expected)}`);
  }
  const ends = { ...of.skeleton, stages: [] };
  const digest = String(skeletonDigest(of.withParts({ skeleton: ends })));
  for (const part of ["stem", "head"] as const) {
    const own = { ...ends, [part]: architecture.skeleton[part] };
    if (String(skeletonDigest(architecture.withParts({ skeleton: own }))) !== digest) {
      const problem = `another ${part}, expected that of ${of.space}, which this notation implies`;
      throw new InputError(problem, { path: ["skeleton", part] });
    }
  }
}

/**
 * Check the skeleton of an architecture. A missing skeleton is valid, because the notation implies it. Another input size or
 * number of classes, as for another data set, is valid too.
 *
 * Throws `InputError`: another skeleton.
 */
export function checkSkeleton(architecture: Architecture, of: Architecture): void {
  if (architecture.skeleton === null || of.skeleton === null) return;
  if (architecture.skeleton === of.skeleton && equal(roles(architecture), roles(of))) return; // without computing digests
  const skeleton = { ...architecture.skeleton, input: of.skeleton.input, classes: of.skeleton.classes };
  if (String(skeletonDigest(architecture.withParts({ skeleton }))) !== String(skeletonDigest(of))) {
    const problem = `another skeleton, expected that of ${of.space}, which this notation implies, or no skeleton`;
    throw new InputError(problem, { path: ["skeleton"] });
  }
}

/** Return the distinct pairs (role, channels) of the cells, sorted. */
function roles(architecture: Architecture): [string, string][] {
  const pairs = new Map<string, [string, string]>();
  for (const { role, channels } of architecture.cells.values()) pairs.set(`${role}\n${channels}`, [role, channels]);
  return [...pairs.values()].sort((one, other) => compareTexts(one[0], other[0]) || compareTexts(one[1], other[1]));
}

function rolesText(pairs: readonly [string, string][]): string {
  return `[${pairs.map(([role, channels]) => `('${role}', '${channels}')`).join(", ")}]`;
}
