/** Tells a screen reader the score and notices, once the person pauses. */

import { useEffect, useState } from "preact/hooks";
import { scoreText } from "./numbers.js";
import { placeSentence, spaceNamed } from "./quantiles.js";
import type { Store } from "./store.js";

const PAUSE = 600;

/** A polite live region with the notice, and the score or the message. */
export function Announcer({ store }: { readonly store: Store }) {
  const [said, say] = useState("");
  const sentence = [store.state.notice?.text, sentenceOf(store)].filter(Boolean).join(" ");
  useEffect(() => {
    const timer = setTimeout(() => say(sentence), PAUSE);
    return () => clearTimeout(timer);
  }, [sentence]);
  return (
    <div class="hidden" role="status" aria-live="polite" id="announcer">
      {said}
    </div>
  );
}

function sentenceOf(store: Store): string {
  const { outcome } = store.state;
  if (!outcome) return "";
  if (outcome.kind === "failure") return `No score. ${outcome.failure.message}`;
  const space = spaceNamed(store.space);
  const { score, warnings } = outcome.numbers;
  const place = space ? ` ${placeSentence(space, score)}` : "";
  const count = warnings.length ? ` ${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}.` : "";
  return `Score ${scoreText(score)}.${place}${count}`;
}
