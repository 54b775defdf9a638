/** Tabs after the ARIA pattern: arrow keys move among them. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Tab {
  readonly name: string;
  readonly title: string;
  /** Whether the content has the mistake. */
  readonly isWrong?: boolean;
}

interface Props {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly chosen: string;
  readonly children: ComponentChildren;
  onChoose(name: string): void;
}

/** Show one of several panels. */
export function Tabs({ label, tabs, chosen, children, onChoose }: Props) {
  const id = useId();
  const chosenPlace = tabs.findIndex(({ name }) => name === chosen);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const next = (chosenPlace + step + tabs.length) % tabs.length;
    const tab = tabs[next];
    if (!tab) return;
    onChoose(tab.name);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(({ name, title, isWrong }, place) => (
          <button
            key={name}
            id={`${id}-${place}`}
            type="button"
            role="tab"
            aria-selected={name === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => onChoose(name)}
          >
            {title}
            {isWrong && <span class="dot" role="img" aria-label="has a mistake" />}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${chosenPlace}`}>
        {children}
      </div>
    </>
  );
}
