/** JSON values and the text in which the page writes documents. */

export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

const LINE = 100;

/** Return the value if it is an object, else undefined. */
export function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

/** Return the value if it is an array, else an empty array. */
export function asArray(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** Return the value if it is a text, else an empty text. */
export function asText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Parse JSON; undefined if the text is not JSON. */
export function parsedJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

interface Written {
  readonly text: string;
  readonly isLine: boolean;
  /** Levels of nesting: 0 for a text, 1 for a flat list. */
  readonly levels: number;
}

/** Write a value as JSON: what fits into a line is a line, so that a node is one line of the editor. */
export function jsonText(value: Json): string {
  return written(value, "").text;
}

function written(value: Json, indent: string): Written {
  if (typeof value !== "object" || value === null) return { text: JSON.stringify(value), isLine: true, levels: 0 };
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const entries = Object.entries(value).map(([key, entry]) => ({ key, ...written(entry, inner) }));
  const parts = entries.map(({ key, text }) => (isList ? text : `${JSON.stringify(key)}: ${text}`));
  const [opening, closing] = isList ? ["[", "]"] : ["{", "}"];
  const levels = 1 + entries.reduce((most, entry) => Math.max(most, entry.levels), 0);
  if (levels <= 2 && entries.every(({ isLine }) => isLine)) {
    const line = `${opening}${parts.join(", ")}${closing}`;
    if (!parts.length || indent.length + line.length <= LINE) return { text: line, isLine: true, levels };
  }
  const text = `${opening}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${closing}`;
  return { text, isLine: false, levels };
}
