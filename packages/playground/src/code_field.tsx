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

const MOST_LINES = 20_000;

/** Edit a text with line numbers. */
export function CodeField({ label, value, wrongLine, problem, onInput }: Props) {
  const id = useId();
  const gutter = useRef<HTMLPreElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const lines = value.split("\n").length;
  const marked = wrongLine !== null && wrongLine <= lines ? wrongLine : 0;
  if (lines > MOST_LINES) {
    return <p class="hint">The text has {lines.toLocaleString("en-US")} lines, which is too much for this field.</p>;
  }
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
          ref={field}
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
      {marked > 0 && (
        <div class="actions">
          <button type="button" class="small" onClick={() => field.current && selectLine(field.current, marked)}>
            Go to line {marked}
          </button>
        </div>
      )}
    </div>
  );
}

/** Select a line, from 1, and scroll to it. */
function selectLine(field: HTMLTextAreaElement, line: number): void {
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  field.scrollTop = (field.scrollHeight / lines.length) * (line - 1) - field.clientHeight / 2;
}

function numbers(from: number, to: number): string {
  let text = "";
  for (let line = from; line <= to; line++) text += `${line}\n`;
  return text;
}
