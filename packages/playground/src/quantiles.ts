/** Where a number lies among the members of a search space, from quantiles that were computed without labels. */

import { percentText } from "./numbers.js";
import content from "./quantiles.json";

export interface SpaceQuantiles {
  readonly name: string;
  readonly title: string;
  /** Name of the notation of the space's members, or null. */
  readonly notation: string | null;
  readonly members: number;
  /** Whether all members were scored, or a sample. */
  readonly whole: boolean;
  readonly score: readonly number[];
  readonly parameters: readonly number[];
  readonly flops: readonly number[];
}

export const SPACES: readonly SpaceQuantiles[] = content.spaces;

/** Return the space of a name; undefined if there is none. */
export function spaceNamed(name: string): SpaceQuantiles | undefined {
  return SPACES.find((space) => space.name === name);
}

const ALIASES: ReadonlyMap<string, string> = new Map([["nasbench301", "darts"]]);

/** Return the name of the space to which a document says that it belongs; empty if it does not say. */
export function spaceOf(space: string, notation: string): string {
  for (const stated of [space.replaceAll("-", "_"), notation]) {
    const name = ALIASES.get(stated) ?? stated;
    if (spaceNamed(name)) return name;
  }
  return SPACES.find((each) => notation.startsWith(`${each.name}_`))?.name ?? "";
}

/** Return the share of members below a value, from 0 to 1. */
export function shareBelow(quantiles: readonly number[], value: number): number {
  const last = quantiles.length - 1;
  let low = 0;
  while (low <= last && (quantiles[low] ?? 0) < value) low++;
  if (low === 0) return 0;
  if (low > last) return 1;
  const below = quantiles[low - 1] ?? 0;
  const above = quantiles[low] ?? 0;
  return (low - 1 + (value - below) / (above - below)) / last;
}

/** Say where a score lies among the members of a space. */
export function placeSentence(space: SpaceQuantiles, score: number): string {
  const share = shareBelow(space.score, score);
  if (share >= 1) return `Above the scores of all ${membersText(space)}.`;
  if (share <= 0) return `Below the scores of all ${membersText(space)}.`;
  return `Better than ${percentText(share)} % of ${space.title} by score.`;
}

function membersText(space: SpaceQuantiles): string {
  const count = space.members.toLocaleString("en-US");
  return space.whole ? `${count} members of ${space.title}` : `${count} sampled members of ${space.title}`;
}

/** Return points (value, density) of the distribution that the quantiles describe, smoothed, largest density 1. */
export function density(quantiles: readonly number[], bins = 48): { value: number; height: number }[] {
  const low = quantiles[0] ?? 0;
  const high = quantiles[quantiles.length - 1] ?? 1;
  const width = (high - low) / bins || 1;
  const shares = Array.from({ length: bins }, (_, bin) => {
    const start = low + bin * width;
    return shareBelow(quantiles, start + width) - shareBelow(quantiles, start);
  });
  const smooth = shares.map((_, bin) => mean(shares.slice(Math.max(0, bin - 2), bin + 3)));
  const most = Math.max(...smooth) || 1;
  return smooth.map((share, bin) => ({ value: low + (bin + 0.5) * width, height: share / most }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
}
