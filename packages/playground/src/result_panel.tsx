/** The score, its place in the space, costs, distance and warnings; and the comparison with a kept architecture. */

import { useId } from "preact/hooks";
import { Comparison } from "./comparison.js";
import { Density, type Mark } from "./density.js";
import { countText, percentText, scoreText } from "./numbers.js";
import { numbersOf, type Failure, type Numbers } from "./protocol.js";
import { placeSentence, shareBelow, SPACES, spaceNamed, type SpaceQuantiles } from "./quantiles.js";
import type { Store } from "./store.js";

/** Show what the predictor says about the document. */
export function ResultPanel({ store }: { readonly store: Store }) {
  const { outcome, kept, isScoring } = store.state;
  const space = spaceNamed(store.space);
  return (
    <section class="card result" aria-label="Score" aria-busy={isScoring}>
      {!outcome && <p class="waiting">Loading the predictor…</p>}
      {outcome?.kind === "failure" && <Problem store={store} failure={outcome.failure} />}
      {outcome?.kind === "score" && <Score numbers={outcome.numbers} space={space} kept={numbersOf(kept?.outcome)} />}
      <SpaceField store={store} />
      {outcome?.kind === "score" && !kept && <Costs numbers={outcome.numbers} space={space} />}
      {outcome?.kind === "score" && kept && <Comparison store={store} numbers={outcome.numbers} />}
      {outcome?.kind === "score" && <Warnings warnings={outcome.numbers.warnings} />}
      <div class="actions">
        {kept ? (
          <>
            <button type="button" onClick={() => store.swap()}>
              Exchange A and B
            </button>
            <button type="button" onClick={() => store.keep()}>
              Keep B as A
            </button>
            <button type="button" onClick={() => store.forget()}>
              End comparison
            </button>
          </>
        ) : (
          <button type="button" class="wide" disabled={outcome?.kind !== "score"} onClick={() => store.keep()}>
            Keep as A and compare
          </button>
        )}
      </div>
    </section>
  );
}

function Score({
  numbers,
  space,
  kept,
}: {
  readonly numbers: Numbers;
  readonly space: SpaceQuantiles | undefined;
  readonly kept: Numbers | null;
}) {
  const marks: Mark[] = [{ name: "B", value: numbers.score, isKept: false }];
  if (kept) marks.unshift({ name: "A", value: kept.score, isKept: true });
  return (
    <>
      <h2 class="label">{kept ? "Score of B" : "Score"}</h2>
      <p class="score" id="score" title={String(numbers.score)} data-milliseconds={numbers.milliseconds}>
        {scoreText(numbers.score)}
      </p>
      {space ? (
        <>
          <p class="place">{placeSentence(space, numbers.score)}</p>
          <Density space={space} marks={marks} />
        </>
      ) : (
        <p class="place muted">
          Choose a space to see the place of this score among its members. A score alone has no meaning.
        </p>
      )}
    </>
  );
}

function SpaceField({ store }: { readonly store: Store }) {
  const id = useId();
  const { chosenSpace } = store.state;
  return (
    <div class="field inline">
      <label for={id}>Compare with</label>
      <select id={id} value={store.space || "-"} onChange={(event) => store.chooseSpace(event.currentTarget.value)}>
        <option value="-">no space</option>
        {SPACES.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      {chosenSpace !== "" && (
        <button type="button" class="small" onClick={() => store.chooseSpace("")}>
          Reset
        </button>
      )}
    </div>
  );
}

function Costs({ numbers, space }: { readonly numbers: Numbers; readonly space: SpaceQuantiles | undefined }) {
  const among = (name: "parameters" | "flops") => {
    const value = numbers[name];
    if (!space || value === null) return "";
    return `more than ${percentText(shareBelow(space[name], value))} %`;
  };
  return (
    <dl class="numbers">
      <dt>Parameters</dt>
      <dd>
        {countText(numbers.parameters)}
        <small>{among("parameters")}</small>
      </dd>
      <dt>FLOPs</dt>
      <dd>
        {countText(numbers.flops)}
        <small>{among("flops")}</small>
      </dd>
      <dt>Distance</dt>
      <dd>
        {numbers.distance === null ? "-" : numbers.distance.toFixed(2)}
        <small>{distanceText(numbers.distance)}</small>
      </dd>
      <dt>Hash</dt>
      <dd>
        <code title={numbers.hash}>{numbers.hash.slice(0, 12)}</code>
      </dd>
    </dl>
  );
}

/** Say what a distance from the training data means: 99 % of the training data are below 1. */
function distanceText(distance: number | null): string {
  if (distance === null) return "not measured";
  return distance > 1 ? "far from the training data" : "near the training data";
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  if (!warnings.length) return null;
  return (
    <div class="warnings">
      <h3>{warnings.length === 1 ? "Warning" : `${warnings.length} warnings`}</h3>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </div>
  );
}

function Problem({ store, failure }: { readonly store: Store; readonly failure: Failure }) {
  const { encoder } = store.state;
  return (
    <div class="failure">
      <h2 class="label">No score</h2>
      <p class="problem" id="problem">
        {failure.message}
      </p>
      {failure.needsEncoder && encoder === "absent" && (
        <p>
          This file does not contain the encoder that reads descriptions. State the kind and the numbers of the
          operator, or use the served page or <code>nasport score</code>.
        </p>
      )}
      {failure.needsEncoder && encoder === "offered" && (
        <>
          <p>The encoder has 23 MB. The page loads it from its own server; your document stays here.</p>
          <button type="button" class="primary" onClick={() => void store.loadEncoder()}>
            Load the encoder
          </button>
        </>
      )}
      {failure.needsEncoder && encoder === "loading" && <p role="status">Loading the encoder…</p>}
    </div>
  );
}
