/** A picture of the scores of a search space, with marks for the compared architectures. */

import { useMemo } from "preact/hooks";
import { density, type SpaceQuantiles } from "./quantiles.js";

export interface Mark {
  readonly name: string;
  readonly value: number;
  readonly isKept: boolean;
}

const WIDTH = 320;
const HEIGHT = 64;
const BASE = 58;

/** Draw how many members have which score; decoration, since the sentence next to it says the same. */
export function Density({ space, marks }: { readonly space: SpaceQuantiles; readonly marks: readonly Mark[] }) {
  const curve = useMemo(() => density(space.score), [space]);
  const first = space.score[0] ?? 0;
  const last = space.score[space.score.length - 1] ?? 1;
  const values = marks.map(({ value }) => value);
  const low = Math.min(first, ...values);
  const high = Math.max(last, ...values);
  const x = (value: number) => 8 + ((value - low) / (high - low || 1)) * (WIDTH - 16);
  const y = (height: number) => BASE - height * (BASE - 8);
  const top = curve.map(({ value, height }) => `${x(value).toFixed(1)} ${y(height).toFixed(1)}`).join("L");
  const area = `M${x(first).toFixed(1)} ${BASE}L${top}L${x(last).toFixed(1)} ${BASE}z`;
  const current = marks.find(({ isKept }) => !isKept);
  return (
    <svg class="density" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {current && (
        <clipPath id="below">
          <rect x={0} y={0} width={Math.max(0, x(current.value))} height={HEIGHT} />
        </clipPath>
      )}
      <path class="all" d={area} />
      {current && <path class="below" d={area} clip-path="url(#below)" />}
      <path class="base" d={`M4 ${BASE}H${WIDTH - 4}`} />
      {marks.map(({ name, value, isKept }) => (
        <g key={name} class={isKept ? "mark kept" : "mark"} transform={`translate(${x(value).toFixed(1)} 0)`}>
          <path d={`M0 6V${BASE}`} />
          <circle cx={0} cy={BASE} r={4.5} />
        </g>
      ))}
    </svg>
  );
}
