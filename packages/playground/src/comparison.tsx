/** Two architectures side by side: all numbers, their differences, and the drawing of the kept one. */

import { useMemo } from "preact/hooks";
import { documentView } from "./document.js";
import { Drawing } from "./drawing.js";
import { countText, differenceText, scoreText } from "./numbers.js";
import { numbersOf, type Numbers } from "./protocol.js";
import { shareBelow, spaceNamed, type SpaceQuantiles } from "./quantiles.js";
import type { Store } from "./store.js";

const NOBODY: ReadonlySet<string> = new Set();

interface Row {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly difference: string;
}

/** Compare the edited architecture B with the kept architecture A. */
export function Comparison({ store, numbers }: { readonly store: Store; readonly numbers: Numbers }) {
  const kept = numbersOf(store.state.kept?.outcome);
  if (!kept) return <p class="waiting">The kept architecture A has no score.</p>;
  const rows = rowsOf(kept, numbers, spaceNamed(store.space));
  return (
    <div class="scroll" role="region" aria-label="Comparison" tabIndex={0}>
      <table class="comparison">
        <caption class="hidden">A, kept, and B, edited</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">Number</span>
            </th>
            <th scope="col">A</th>
            <th scope="col">B</th>
            <th scope="col">B - A</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, before, after, difference }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{before}</td>
              <td>{after}</td>
              <td>{difference}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rowsOf(kept: Numbers, edited: Numbers, space: SpaceQuantiles | undefined): Row[] {
  const row = (
    name: string,
    of: (numbers: Numbers) => number | null,
    text: (value: number) => string,
    digits: number,
  ): Row => {
    const before = of(kept);
    const after = of(edited);
    const shown = (value: number | null) => (value === null ? "-" : text(value));
    return { name, before: shown(before), after: shown(after), difference: differenceText(before, after, digits) };
  };
  const place = (numbers: Numbers) => (space ? shareBelow(space.score, numbers.score) * 100 : null);
  return [
    row("Score", ({ score }) => score, scoreText, 4),
    ...(space ? [row("Percentile", place, (value) => value.toFixed(1), 1)] : []),
    row("Parameters", ({ parameters }) => parameters, countText, 0),
    row(
      "Reachable",
      ({ reachableParameters }) => reachableParameters,
      (value) => value.toLocaleString("en-US"),
      2,
    ),
    row("FLOPs", ({ flops }) => flops, countText, 0),
    row(
      "Distance",
      ({ distance }) => distance,
      (value) => value.toFixed(2),
      2,
    ),
  ];
}

/** Draw the kept architecture. */
export function KeptDrawing({ text }: { readonly text: string }) {
  const view = useMemo(() => documentView(text), [text]);
  if (!view?.cells.length) return null;
  return (
    <section class="card kept" aria-label="Architecture A">
      <h2 class="label">A, kept</h2>
      {view.cells.map((cell) => (
        <Drawing
          key={cell.name}
          view={view}
          cell={cell}
          selected=""
          wrong={NOBODY}
          source=""
          isReadOnly
          label={`Cell ${cell.name} of A`}
        />
      ))}
    </section>
  );
}
