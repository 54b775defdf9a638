/** Edits of a document: every function returns the text of a new document and leaves the old one alone. */

import type { CellView, DocumentView, NodeView, Part } from "./document.js";
import { asArray, asObject, jsonText, type Json, type JsonObject } from "./json_value.js";

/** Change a copy of the document and return its text; the source text, which no longer fits, goes. */
function edited(view: DocumentView, change: (value: JsonObject) => void): string {
  const value = structuredClone(view.value);
  change(value);
  if (view.source && value["name"] === view.source.text) delete value["name"];
  delete value["source"];
  return jsonText(value);
}

function nodesOf(value: JsonObject, cell: string): Json[] {
  return asArray(asObject(asObject(value["cells"])?.[cell])?.["nodes"]);
}

/** Set keys of a node; undefined removes a key. */
export function withNode(
  view: DocumentView,
  cell: string,
  place: number,
  changes: Readonly<Record<string, Json | undefined>>,
): string {
  return edited(view, (value) => change(asObject(nodesOf(value, cell)[place]), changes));
}

function change(object: JsonObject | undefined, changes: Readonly<Record<string, Json | undefined>>): void {
  for (const [key, entry] of Object.entries(changes)) {
    if (object && entry === undefined) delete object[key];
    else if (object && entry !== undefined) object[key] = entry;
  }
}

/** Change the operator of a node; a description in the document that no node needs any more goes. */
export function withOperatorOf(view: DocumentView, cell: string, node: NodeView, op: string): string {
  return edited(view, (value) => {
    change(asObject(nodesOf(value, cell)[node.place]), { op });
    const own = asObject(value["operators"]);
    if (!own || node.op === op || !Object.hasOwn(own, node.op) || isUsed(view, node)) return;
    delete own[node.op];
    if (!Object.keys(own).length) delete value["operators"];
  });
}

/** Whether another node or a stage has the operator of this node. */
function isUsed(view: DocumentView, node: NodeView): boolean {
  const others = view.cells.flatMap(({ nodes }) => nodes.filter((each) => each !== node));
  return (
    others.some(({ op, candidates }) => [op, ...candidates].includes(node.op)) ||
    view.stages.some(({ op }) => op === node.op)
  );
}

/** Rename a node, also where others read it. */
export function withId(view: DocumentView, cell: string, node: NodeView, id: string): string {
  return edited(view, (value) => {
    for (const [place, entry] of nodesOf(value, cell).entries()) {
      const object = asObject(entry);
      if (!object) continue;
      if (place === node.place) object["id"] = id;
      if (Array.isArray(object["inputs"])) {
        object["inputs"] = object["inputs"].map((input) => (input === node.id ? id : input));
      }
    }
  });
}

/** Add or remove the edge from one node to another. */
export function withEdge(view: DocumentView, cell: string, from: string, to: NodeView, present: boolean): string {
  const inputs = present ? [...to.inputs, from] : to.inputs.filter((id) => id !== from);
  return withNode(view, cell, to.place, { inputs });
}

/** Remove a node; the nodes that read it read its first input instead, so that paths stay whole. */
export function withoutNode(view: DocumentView, cell: string, node: NodeView): string {
  return edited(view, (value) => {
    const nodes = nodesOf(value, cell);
    for (const entry of nodes) {
      const object = asObject(entry);
      if (!object || !Array.isArray(object["inputs"]) || !object["inputs"].includes(node.id)) continue;
      const kept = object["inputs"].flatMap((id) => (id === node.id ? node.inputs.slice(0, 1) : [id]));
      object["inputs"] = [...new Set(kept)];
    }
    nodes.splice(node.place, 1);
  });
}

/** Add a node behind another one: the new node reads it, and its readers read the new node. */
export function withNodeAfter(
  view: DocumentView,
  cell: CellView,
  node: NodeView,
  op: string,
): { text: string; id: string } {
  const id = freshId(cell);
  const text = edited(view, (value) => {
    const nodes = nodesOf(value, cell.name);
    if (node.op === "output") {
      const object = asObject(nodes[node.place]);
      nodes.splice(node.place, 0, { id, op, inputs: node.inputs.slice(0, 1) });
      if (object) object["inputs"] = [id, ...node.inputs.slice(1)];
      return;
    }
    for (const entry of nodes) {
      const object = asObject(entry);
      if (object && Array.isArray(object["inputs"])) {
        object["inputs"] = object["inputs"].map((input) => (input === node.id ? id : input));
      }
    }
    nodes.splice(node.place + 1, 0, { id, op, inputs: [node.id] });
  });
  return { text, id };
}

function freshId(cell: CellView): string {
  const taken = new Set(cell.nodes.map((node) => node.id));
  for (let number = 1; ; number++) {
    if (!taken.has(`n${number}`)) return `n${number}`;
  }
}

/** Describe an operator in the document, or change its description. */
export function withOperator(view: DocumentView, key: string, entry: JsonObject): string {
  return edited(view, (value) => {
    value["operators"] = { ...asObject(value["operators"]), [key]: entry };
  });
}

/** Let a node use an operator that the document describes in words. */
export function withOwnOperator(
  view: DocumentView,
  cell: string,
  node: NodeView,
  text: string,
): { text: string; key: string } {
  const key = freshKey(view, text);
  const changed = edited(view, (value) => {
    value["operators"] = { ...asObject(value["operators"]), [key]: { text } };
    const object = asObject(nodesOf(value, cell)[node.place]);
    if (object) object["op"] = key;
  });
  return { text: changed, key };
}

function freshKey(view: DocumentView, text: string): string {
  const words =
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 24) || "operator";
  let key = words;
  for (let number = 2; Object.hasOwn(view.own, key); number++) key = `${words}_${number}`;
  return key;
}

/** Set keys of a stage of the skeleton; undefined removes a key. */
export function withStage(
  view: DocumentView,
  part: Part,
  place: number,
  changes: Readonly<Record<string, Json | undefined>>,
): string {
  return edited(view, (value) => change(asObject(asArray(asObject(value["skeleton"])?.[part])[place]), changes));
}

/** Remove a stage, or add a copy of it behind it. */
export function withStageCount(view: DocumentView, part: Part, place: number, copies: 0 | 2): string {
  return edited(view, (value) => {
    const stages = asArray(asObject(value["skeleton"])?.[part]);
    const stage = stages[place];
    if (stage === undefined) return;
    const copy = structuredClone(stage);
    stages.splice(place, 1, ...(copies ? [stage, copy] : []));
  });
}
