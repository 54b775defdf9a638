/**
 * A tolerant view of an architecture document for the drawing and the editors.
 *
 * The package `nasport` decides what is valid. This view shows as much of a document with mistakes as can be drawn.
 */

import { asArray, asObject, asText, parsedJson, type Json, type JsonObject } from "./json_value.js";

/** A node as drawn; `place` is its position in the list of the document. */
export interface NodeView {
  readonly place: number;
  readonly id: string;
  readonly op: string;
  readonly candidates: readonly string[];
  readonly inputs: readonly string[];
  readonly join: string;
  readonly role: string;
  readonly attributes: JsonObject;
}

export interface CellView {
  readonly name: string;
  readonly role: string;
  readonly channels: string;
  readonly nodes: readonly NodeView[];
}

export type Part = "stem" | "stages" | "head";

/** A stage of the skeleton as shown in the table of the network. */
export interface StageView {
  readonly part: Part;
  readonly place: number;
  readonly cell: string;
  readonly op: string;
  readonly repeats: number;
  readonly width: number | null;
  readonly stride: number;
  readonly attributes: JsonObject;
}

export interface DocumentView {
  readonly value: JsonObject;
  readonly name: string;
  readonly space: string;
  readonly source: { readonly format: string; readonly text: string } | null;
  readonly cells: readonly CellView[];
  readonly stages: readonly StageView[];
  readonly own: JsonObject;
  readonly input: JsonObject;
  readonly classes: number | null;
}

const PARTS: readonly Part[] = ["stem", "stages", "head"];

const MOST_LEVELS = 200;
const MOST_ENTRIES = 1_000;
const LONGEST_NAME = 2_000;
const LONGEST_TEXT = 100_000;

/** View the text of a document; null if it is not a JSON object with cells or a skeleton, or too large for a view. */
export function documentView(text: string): DocumentView | null {
  const parsed = parsedJson(text);
  const value = parsed !== undefined && isBounded(parsed) ? asObject(parsed) : undefined;
  const cells = asObject(value?.["cells"]);
  if (!value || (!cells && !asObject(value["skeleton"]))) return null;
  const source = asObject(value["source"]);
  const skeleton = asObject(value["skeleton"]);
  return {
    value,
    name: asText(value["name"]),
    space: asText(value["space"]),
    source: source ? { format: asText(source["format"]), text: asText(source["text"]) } : null,
    cells: Object.entries(cells ?? {}).flatMap(([name, cell]) => cellView(name, asObject(cell))),
    stages: PARTS.flatMap((part) => asArray(skeleton?.[part]).flatMap((stage, place) => stageView(part, place, stage))),
    own: asObject(value["operators"]) ?? {},
    input: asObject(skeleton?.["input"]) ?? {},
    classes: number(skeleton?.["classes"]),
  };
}

/** Whether a value is within the limits of valid documents, so that showing and editing it stays quick. */
function isBounded(value: Json, longest = LONGEST_NAME, levels = MOST_LEVELS): boolean {
  if (typeof value === "string") return value.length <= longest;
  if (typeof value !== "object" || value === null) return true;
  const entries = Object.entries(value);
  if (!levels || entries.length > MOST_ENTRIES) return false;
  return entries.every(
    ([key, entry]) =>
      key.length <= LONGEST_NAME && isBounded(entry, key === "text" ? LONGEST_TEXT : LONGEST_NAME, levels - 1),
  );
}

function cellView(name: string, cell: JsonObject | undefined): CellView[] {
  if (!cell) return [];
  const nodes = asArray(cell["nodes"]).flatMap((node, place) => nodeView(place, asObject(node)));
  return [{ name, role: asText(cell["role"]) || "normal", channels: asText(cell["channels"]) || "same", nodes }];
}

function nodeView(place: number, node: JsonObject | undefined): NodeView[] {
  if (!node) return [];
  return [
    {
      place,
      id: asText(node["id"]),
      op: asText(node["op"]),
      candidates: texts(node["candidates"]),
      inputs: texts(node["inputs"]),
      join: asText(node["join"]),
      role: asText(node["role"]),
      attributes: asObject(node["attributes"]) ?? {},
    },
  ];
}

function stageView(part: Part, place: number, value: Json): StageView[] {
  const stage = asObject(value);
  if (!stage) return [];
  return [
    {
      part,
      place,
      cell: asText(stage["cell"]),
      op: asText(stage["op"]),
      repeats: number(stage["repeats"]) ?? 1,
      width: number(stage["width"]),
      stride: number(stage["stride"]) ?? 1,
      attributes: asObject(stage["attributes"]) ?? {},
    },
  ];
}

function texts(value: Json | undefined): string[] {
  return asArray(value).filter((entry): entry is string => typeof entry === "string");
}

function number(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** Return the key of the operator, or a word for a node with several. */
export function operatorName(node: NodeView): string {
  if (node.candidates.length) return `one of ${node.candidates.length}`;
  return node.op || "no operator";
}

const MOST_LISTED = 12;

/** Return the names of the nodes that a node reads, those after the first ones as a number. */
export function inputsText({ inputs }: NodeView): string {
  const rest = inputs.length - MOST_LISTED;
  return inputs.slice(0, MOST_LISTED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** Return whether `from` is `to` or lies on a path that leads to it. */
export function reaches(cell: CellView, from: string, to: string): boolean {
  const byId = new Map(cell.nodes.map((node) => [node.id, node]));
  const seen = new Set<string>();
  const waiting = [to];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === from) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...(byId.get(id)?.inputs ?? []));
  }
  return false;
}
