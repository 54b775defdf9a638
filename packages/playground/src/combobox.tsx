/** A searchable field of operators after the combobox pattern of ARIA. */

import { useId, useRef, useState } from "preact/hooks";
import type { DocumentView } from "./document.js";
import { colorOf, foundOperators, operatorView, type OperatorView } from "./operators.js";
import { classes } from "./classes.js";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly view: DocumentView;
  readonly isWrong: boolean;
  readonly describedBy: string | undefined;
  onChoose(key: string): void;
  /** Describe an operator that nobody knows in words. */
  onDescribe(text: string): void;
}

const MOST_SHOWN = 60;

/** Choose an operator by its key or description, or describe a new one. */
export function OperatorField({ label, value, view, isWrong, describedBy, onChoose, onDescribe }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [search, setSearch] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const isOpen = search !== null;
  const found = isOpen ? foundOperators(search, view) : [];
  const shown = found.slice(0, MOST_SHOWN);
  const canDescribe = isOpen && search.trim() !== "";
  const count = shown.length + (canDescribe ? 1 : 0);

  const close = () => {
    setSearch(null);
    setActive(0);
  };
  const choose = (place: number) => {
    const operator = shown[place];
    if (operator) onChoose(operator.key);
    else if (canDescribe && search !== null) onDescribe(search.trim());
    close();
  };
  const move = (step: number) => {
    const next = (active + step + count) % (count || 1);
    setActive(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) move(event.key === "ArrowDown" ? 1 : -1);
      else setSearch("");
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      if (count) choose(active);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <div class="field combobox">
      <label for={id}>{label}</label>
      <input
        ref={input}
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-invalid={isWrong}
        aria-describedby={describedBy}
        {...(isOpen && count ? { "aria-activedescendant": `${id}-${active}` } : {})}
        value={search ?? value}
        placeholder="Search operators"
        data-operator={value}
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => !isOpen && setSearch("")}
        onInput={(event) => {
          setSearch(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        hidden={!isOpen}
        onMouseDown={(event) => event.preventDefault()}
      >
        {shown.map((operator, place) => (
          <Option
            key={operator.key}
            id={`${id}-${place}`}
            operator={operator}
            color={colorOf(operator.key, view)}
            isActive={place === active}
            isChosen={operator.key === value}
            onChoose={() => choose(place)}
          />
        ))}
        {canDescribe && (
          <li
            id={`${id}-${shown.length}`}
            role="option"
            aria-selected={active === shown.length}
            class={classes(active === shown.length && "active", "describe")}
            onClick={() => choose(shown.length)}
          >
            Describe a new operator: “{search}”
          </li>
        )}
      </ul>
      {isOpen && found.length > MOST_SHOWN && <p class="hint">{found.length - MOST_SHOWN} more: type to search.</p>}
      {!isOpen && <p class="hint">{operatorView(value, view)?.text ?? ""}</p>}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly operator: OperatorView;
  readonly color: string;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  onChoose(): void;
}

function Option({ id, operator, color, isActive, isChosen, onChoose }: OptionProps) {
  return (
    <li
      id={id}
      role="option"
      aria-selected={isChosen}
      class={classes(isActive && "active", `of-${color}`)}
      onClick={onChoose}
    >
      <span class="swatch" aria-hidden="true" />
      <code>{operator.key}</code>
      <span class="muted">{operator.text}</span>
    </li>
  );
}
