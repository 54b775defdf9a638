/** Values of a text together with their text in messages, for checks that JSON and Python syntax share. */

import { pythonRepr } from "../json/python_text.js";
import { isArray, type JsonValue, type Written, writtenAs } from "../json/values.js";
import type { Stated } from "./genotype.js";
import { type Literal, literalText } from "./objects.js";

/** Return a value of Python text, whose lists are tuples. */
export function statedLiteral(value: Literal): Stated {
  return {
    value: typeof value === "object" ? null : value,
    isInteger: typeof value === "number",
    items: typeof value === "object" ? value.map(statedLiteral) : null,
    get text() {
      return literalText(value);
    },
  };
}

/** Return a value of JSON. */
export function statedJson(value: JsonValue, how?: Written): Stated {
  return {
    value,
    isInteger: typeof value === "number" && how === undefined,
    items: isArray(value) ? value.map((item, place) => statedJson(item, writtenAs(value, place))) : null,
    get text() {
      return pythonRepr(value, how);
    },
  };
}
