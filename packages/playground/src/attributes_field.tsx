/** Fields for the attributes of an operator. */

import { useId } from "preact/hooks";
import type { Json, JsonObject } from "./json_value.js";
import { wordsOf } from "./operators.js";

interface Props {
  readonly title: string;
  readonly kind: string;
  readonly allowed: { readonly needs: readonly string[]; readonly optional: readonly string[] };
  readonly values: JsonObject;
  /** Whether the needed attributes have fields also while they are not stated. */
  readonly showsNeeded?: boolean;
  onChange(values: JsonObject): void;
}

/** Edit the stated attributes, and state further ones. */
export function AttributesField({ title, kind, allowed, values, showsNeeded = false, onChange }: Props) {
  const add = useId();
  const shown = [...new Set([...(showsNeeded ? allowed.needs : []), ...Object.keys(values)])];
  const others = [...allowed.needs, ...allowed.optional].filter((name) => !shown.includes(name));
  const set = (name: string, value: Json | undefined) => {
    const { [name]: _, ...rest } = values;
    onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  if (!shown.length && !others.length) return null;
  return (
    <fieldset class="attributes">
      <legend>{title}</legend>
      <div class="fields">
        {shown.map((name) => (
          <AttributeField
            key={name}
            name={name}
            words={wordsOf(kind, name)}
            value={values[name]}
            onChange={(value) => set(name, value)}
          />
        ))}
        {others.length > 0 && (
          <div class="field">
            <label for={add}>Add an attribute</label>
            <select
              id={add}
              value=""
              onChange={(event) => {
                const name = event.currentTarget.value;
                if (name) set(name, wordsOf(kind, name)[0] ?? 1);
              }}
            >
              <option value="">choose</option>
              {others.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
    </fieldset>
  );
}

interface AttributeProps {
  readonly name: string;
  readonly words: readonly string[];
  readonly value: Json | undefined;
  onChange(value: Json | undefined): void;
}

function AttributeField({ name, words, value, onChange }: AttributeProps) {
  const id = useId();
  const shown = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return (
    <div class="field attribute">
      <label for={id}>{name}</label>
      {words.length > 0 ? (
        <select id={id} value={shown} onChange={(event) => onChange(event.currentTarget.value || undefined)}>
          <option value="">not stated</option>
          {words.map((word) => (
            <option key={word} value={word}>
              {word}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="number"
          step="any"
          value={shown}
          placeholder="not stated"
          onChange={(event) =>
            onChange(event.currentTarget.value === "" ? undefined : Number(event.currentTarget.value))
          }
        />
      )}
    </div>
  );
}
