/** A text field with numbered lines that marks the line with the mistake. */

import { useId, useRef } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly value: string;
  /** The line with the mistake, from 1; null if there is none. */
  readonly wrongLine: number | null;
  readonly problem: string;
  onInput(text: string): void;
}

const MOST_NUMBERED = 20_000;

/** Edit a text with line numbers. */
export function CodeField({ label, value, wrongLine, problem, onInput }: Props) {
  const id = useId();
  const gutter = useRef<HTMLPreElement>(null);
  const lines = Math.min(value.split("\n").length, MOST_NUMBERED);
  const marked = wrongLine !== null && wrongLine <= lines ? wrongLine : 0;
  return (
    <div class="code">
      <label for={id} class="hidden">
        {label}
      </label>
      <div class="editor">
        <pre ref={gutter} class="gutter" aria-hidden="true">
          {numbers(1, marked ? marked - 1 : lines)}
          {marked > 0 && (
            <mark>
              {marked}
              {"\n"}
            </mark>
          )}
          {marked > 0 && numbers(marked + 1, lines)}
        </pre>
        <textarea
          id={id}
          value={value}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          rows={22}
          aria-invalid={problem !== ""}
          {...(problem ? { "aria-describedby": `${id}-problem` } : {})}
          onInput={(event) => onInput(event.currentTarget.value)}
          onScroll={(event) => gutter.current?.scrollTo({ top: event.currentTarget.scrollTop })}
        />
      </div>
      <p class="problem" id={`${id}-problem`}>
        {problem}
      </p>
    </div>
  );
}

function numbers(from: number, to: number): string {
  let text = "";
  for (let line = from; line <= to; line++) text += `${line}\n`;
  return text;
}
