/** The editor of an operator that the document describes itself. */

import { useId } from "preact/hooks";
import { AttributesField } from "./attributes_field.js";
import { withOperator } from "./edits.js";
import { asObject, asText, type JsonObject } from "./json_value.js";
import { attributesOf, kindNames } from "./operators.js";
import type { Store } from "./store.js";

const NOT_ATTRIBUTES = new Set(["text", "kind", "ordered"]);

/** Edit description, kind and attributes of an operator of the document. */
export function OwnOperatorField({ store, name }: { readonly store: Store; readonly name: string }) {
  const textId = useId();
  const kindId = useId();
  const { view } = store.state;
  const entry = asObject(view.own[name]) ?? {};
  const kind = asText(entry["kind"]);
  const values = Object.fromEntries(Object.entries(entry).filter(([key]) => !NOT_ATTRIBUTES.has(key)));
  const kept = Object.fromEntries(Object.entries(entry).filter(([key]) => NOT_ATTRIBUTES.has(key)));
  const save = (changed: JsonObject, typing = "") => store.edit(withOperator(view, name, changed), undefined, typing);
  const setKind = (chosen: string) => {
    const { kind: _, ...rest } = kept;
    save(chosen ? { ...rest, kind: chosen } : rest);
  };
  return (
    <fieldset class="own">
      <legend>
        Operator <code>{name}</code> of this document
      </legend>
      <div class="field wide">
        <label for={textId}>Description</label>
        <textarea
          id={textId}
          rows={2}
          maxLength={2000}
          value={asText(entry["text"])}
          onInput={(event) => save({ ...entry, text: event.currentTarget.value }, `own ${name}`)}
        />
      </div>
      <div class="fields">
        <div class="field">
          <label for={kindId}>Kind, if you know it</label>
          <select id={kindId} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            <option value="">only the description</option>
            {kindNames().map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </div>
      </div>
      <AttributesField
        title="Numbers"
        kind={kind || "other"}
        allowed={attributesOf(kind || "other")}
        values={values}
        showsNeeded
        onChange={(changed) => save({ ...kept, ...changed })}
      />
    </fieldset>
  );
}
