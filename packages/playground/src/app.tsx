/** The page: drawing, editors and result, with keys, dropped files and pasted texts. */

import { useEffect, useState } from "preact/hooks";
import { Announcer } from "./announcer.js";
import { KeptDrawing } from "./comparison.js";
import { DrawingCard } from "./drawing_card.js";
import { Header, StartBar } from "./header.js";
import { mistakeOf } from "./mistake.js";
import { scoreText } from "./numbers.js";
import { placeSentence, spaceNamed } from "./quantiles.js";
import { ResultPanel } from "./result_panel.js";
import type { Store } from "./store.js";
import { TextCard } from "./text_card.js";

/** Render the whole page. */
export function App({ store }: { readonly store: Store }) {
  const [, redraw] = useState(0);
  const [isDropping, setDropping] = useState(false);
  useEffect(() => store.subscribe(() => redraw((count) => count + 1)), [store]);
  useEffect(() => listenForKeys(store), [store]);
  useEffect(() => listenForFiles(store, setDropping), [store]);
  const { kept, notice, outcome, view } = store.state;
  const mistake = mistakeOf(outcome, view);
  return (
    <>
      <Header store={store} />
      <main class={isDropping ? "dropping" : ""}>
        <p class="intro">
          Draw a cell and see how the predictor <code>universal</code> scores it, without training. Everything is
          computed on this page; nothing that you draw leaves it.
        </p>
        <StartBar store={store} />
        {notice && <NoticeBar store={store} />}
        <MiniScore store={store} />
        <div class="columns">
          <DrawingCard store={store} mistake={mistake} />
          <div class="side">
            <ResultPanel store={store} />
            {kept && <KeptDrawing text={kept.text} />}
          </div>
          <TextCard store={store} mistake={mistake} />
        </div>
      </main>
      <footer>
        <p>
          Scores of one predictor order architectures of one family; the number alone has no meaning. Places among the
          members of a space were computed from scores only, without measured accuracies. This page computes what{" "}
          <code>nasport score</code> prints.
        </p>
      </footer>
      <Announcer store={store} />
    </>
  );
}

/** The score in one line, which stays visible on narrow screens; the result below says the same. */
function MiniScore({ store }: { readonly store: Store }) {
  const { outcome } = store.state;
  const space = spaceNamed(store.space);
  if (!outcome) return null;
  return (
    <div class="mini" aria-hidden="true">
      {outcome.kind === "failure" ? (
        <span class="problem">No score: see the message below.</span>
      ) : (
        <>
          <b>{scoreText(outcome.numbers.score)}</b>
          <span class="muted">{space ? placeSentence(space, outcome.numbers.score) : ""}</span>
        </>
      )}
    </div>
  );
}

function NoticeBar({ store }: { readonly store: Store }) {
  const { notice } = store.state;
  if (!notice) return null;
  return (
    <div class={notice.isError ? "notice error" : "notice"}>
      <p>{notice.text}</p>
      {notice.choices.map((name) => (
        <button type="button" key={name} onClick={() => void store.take(notice.pending, name)}>
          {name}
        </button>
      ))}
      <button type="button" class="quiet" onClick={() => store.dismiss()}>
        Close
      </button>
    </div>
  );
}

/** Undo and redo from anywhere on the page. */
function listenForKeys(store: Store): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const isRedo = (key === "z" && event.shiftKey) || key === "y";
    if (!isRedo && key !== "z") return;
    event.preventDefault();
    if (isRedo) store.redo();
    else store.undo();
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

/** Take files that are dropped, and texts that are pasted outside of a field. */
function listenForFiles(store: Store, setDropping: (isDropping: boolean) => void): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  document.addEventListener(
    "dragover",
    (event) => {
      if (event.dataTransfer?.types.includes("Files") || !isField(event.target)) event.preventDefault();
      setDropping(true);
    },
    options,
  );
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && setDropping(false), options);
  document.addEventListener(
    "drop",
    (event) => {
      setDropping(false);
      const file = event.dataTransfer?.files[0];
      if (!file && isField(event.target)) return;
      event.preventDefault();
      const text = event.dataTransfer?.getData("text/plain").trim();
      if (file) void store.takeFile(file);
      else if (text) void store.take(text);
    },
    options,
  );
  document.addEventListener(
    "paste",
    (event) => {
      if (isField(event.target)) return;
      const text = event.clipboardData?.getData("text/plain").trim();
      const file = event.clipboardData?.files[0];
      // Office programs add a picture of the text.
      if (file && !(text && file.type.startsWith("image/"))) void store.takeFile(file);
      else if (text) void store.take(text);
    },
    options,
  );
  return () => stop.abort();
}

/** Whether a field of the page takes dropped and pasted text itself. */
function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
