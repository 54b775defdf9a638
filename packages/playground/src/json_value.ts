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

/** Write a value as JSON: what fits into a line is a line, so that a node is one line of the editor. */
export function jsonText(value: Json, indent = ""): string {
  const line = oneLine(value);
  const nested = typeof value === "object" && value !== null && depth(value) > 2;
  if (!nested && indent.length + line.length <= LINE) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return block(
      value.map((entry) => jsonText(entry, inner)),
      "[",
      "]",
      indent,
    );
  const object = asObject(value);
  if (!object) return line;
  const parts = Object.entries(object).map(([key, entry]) => `${JSON.stringify(key)}: ${jsonText(entry, inner)}`);
  return block(parts, "{", "}", indent);
}

function block(parts: string[], opening: string, closing: string, indent: string): string {
  const inner = `${indent}  `;
  return parts.length ? `${opening}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${closing}` : opening + closing;
}

function oneLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  const object = asObject(value);
  if (!object) return JSON.stringify(value);
  return `{${Object.entries(object)
    .map(([key, entry]) => `${JSON.stringify(key)}: ${oneLine(entry)}`)
    .join(", ")}}`;
}

/** Levels of nesting: 0 for a text, 1 for a flat list. */
function depth(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((most, entry) => Math.max(most, depth(entry)), 0);
}
