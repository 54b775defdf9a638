/** The stages around the cells as a table that can be edited. */

import type { StageView } from "./document.js";
import { withStage, withStageCount } from "./edits.js";
import { OperatorField } from "./combobox.js";
import type { Store } from "./store.js";

const NAMES = { stem: "stem", stages: "stage", head: "head" } as const;

/** List stem, stages and head with their numbers. */
export function NetworkTable({ store }: { readonly store: Store }) {
  const { view } = store.state;
  if (!view.stages.length) {
    return (
      <p class="hint">
        The document has no skeleton, so parameters and FLOPs of the network are unknown. Add one in the JSON.
      </p>
    );
  }
  const { channels, height, width, length } = view.input;
  const sizes = [height, width, length].filter((size) => typeof size === "number");
  return (
    <>
      {typeof channels === "number" && (
        <p class="hint">
          Input: {channels} channels{sizes.length > 0 && `, ${sizes.join(" by ")} positions`}.
          {view.classes !== null && ` Classes: ${view.classes}.`}
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Stages of the network">
        <table class="stages">
          <caption class="hidden">Stages of the network</caption>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">Cell or operator</th>
              <th scope="col">Repeats</th>
              <th scope="col">Width</th>
              <th scope="col">Stride</th>
              <th scope="col">Actions</th>
            </tr>
          </thead>
          <tbody>
            {view.stages.slice(0, 100).map((stage) => (
              <StageRow key={`${stage.part}${stage.place}`} store={store} stage={stage} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function StageRow({ store, stage }: { readonly store: Store; readonly stage: StageView }) {
  const { view } = store.state;
  const { part, place } = stage;
  const name = `${NAMES[part]} ${place + 1}`;
  const set = (changes: Parameters<typeof withStage>[3]) => store.edit(withStage(view, part, place, changes));
  const number = (key: "repeats" | "width" | "stride", value: number | null, fallback: number | undefined) => (
    <input
      type="number"
      min={1}
      value={value ?? ""}
      aria-label={`${key} of ${name}`}
      placeholder="same"
      onChange={(event) => {
        const stated = event.currentTarget.value === "" ? undefined : Number(event.currentTarget.value);
        set({ [key]: stated === fallback ? undefined : stated });
      }}
    />
  );
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="wide">
        {stage.cell ? (
          <>
            cell <code>{stage.cell}</code>
          </>
        ) : (
          <OperatorField
            label={`Operator of ${name}`}
            value={stage.op}
            view={view}
            isWrong={false}
            describedBy={undefined}
            onChoose={(op) => set({ op })}
            onDescribe={() => store.say("Describe the operator in a node of a cell or in the JSON.")}
          />
        )}
      </td>
      <td>{number("repeats", stage.repeats, 1)}</td>
      <td>{number("width", stage.width, undefined)}</td>
      <td>{number("stride", stage.stride, 1)}</td>
      <td class="buttons">
        <button
          type="button"
          class="small"
          aria-label={`Copy ${name}`}
          onClick={() => store.edit(withStageCount(view, part, place, 2))}
        >
          Copy
        </button>
        <button
          type="button"
          class="small"
          aria-label={`Remove ${name}`}
          onClick={() => store.edit(withStageCount(view, part, place, 0))}
        >
          Remove
        </button>
      </td>
    </tr>
  );
}
