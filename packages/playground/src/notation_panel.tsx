/** The document as a text in a notation, to read and to write. */

import { notations } from "nasport";
import { useEffect, useId, useState } from "preact/hooks";
import { copied } from "./files.js";
import { spaceNamed } from "./quantiles.js";
import type { Store } from "./store.js";

/** Notation in which the current document is most likely written. */
function likely(store: Store): string {
  return store.state.view.source?.format || spaceNamed(store.space)?.notation || store.space || "nasbench201";
}

/** Paste a text, or copy the document as one. */
export function NotationPanel({ store }: { readonly store: Store }) {
  const id = useId();
  const [chosen, setChosen] = useState("");
  const [draft, setDraft] = useState<string | null>(null);
  const [written, setWritten] = useState({ text: "", problem: "" });
  const [problem, setProblem] = useState("");
  const known = notations();
  const guess = likely(store);
  const notation = chosen || (known.some(({ name }) => name === guess) ? guess : "nasbench201");
  const { text, outcome } = store.state;
  const isScored = outcome?.kind === "score";

  useEffect(() => {
    let isCurrent = true;
    if (isScored) void store.written(notation).then((result) => isCurrent && setWritten(result));
    return () => {
      isCurrent = false;
    };
  }, [text, notation, isScored]);

  const read = async (value: string) => {
    setDraft(value);
    setProblem(value.trim() ? await store.take(value.trim(), notation, "", "notation") : "");
  };
  const shown = known.find(({ name }) => name === notation);
  const message = draft === null ? "" : problem;
  return (
    <div class="notation">
      <div class="field">
        <label for={`${id}-name`}>Notation</label>
        <select
          id={`${id}-name`}
          value={notation}
          onChange={(event) => {
            setChosen(event.currentTarget.value);
            setDraft(null);
            setProblem("");
          }}
        >
          {known.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <p class="hint">{shown?.description}</p>
      </div>
      <div class="field wide">
        <label for={`${id}-text`}>Text</label>
        <textarea
          id={`${id}-text`}
          rows={5}
          spellcheck={false}
          value={draft ?? written.text}
          placeholder={shown?.example}
          aria-invalid={message !== ""}
          aria-describedby={`${id}-problem`}
          onInput={(event) => void read(event.currentTarget.value)}
          onBlur={() => !problem && setDraft(null)}
        />
        <p class={message ? "problem" : "hint"} id={`${id}-problem`} aria-live="polite">
          {message ||
            (draft === null && written.problem ? `This document has no text in this notation: ${written.problem}` : "")}
        </p>
      </div>
      <div class="actions">
        <button type="button" onClick={() => void read(shown?.example ?? "")}>
          Take the example
        </button>
        <button
          type="button"
          disabled={!written.text}
          onClick={() =>
            void copied(written.text).then((isDone) =>
              store.say(isDone ? "The text is in the clipboard." : "Select the text and copy it.", !isDone),
            )
          }
        >
          Copy
        </button>
      </div>
    </div>
  );
}
