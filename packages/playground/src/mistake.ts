/** Where in the document a message belongs. */

import type { DocumentView } from "./document.js";
import type { Outcome } from "./protocol.js";

export interface Mistake {
  readonly message: string;
  readonly line: number | null;
  readonly cell: string;
  /** Ids of the nodes that the message is about. */
  readonly nodes: ReadonlySet<string>;
}

/** Find the place of the message of an outcome; null if there is none. */
export function mistakeOf(outcome: Outcome | null, view: DocumentView): Mistake | null {
  if (outcome?.kind !== "failure") return null;
  const { message, line, path } = outcome.failure;
  const [part, name, list, place] = path;
  if (part === "cells" && typeof name === "string") {
    const cell = view.cells.find((each) => each.name === name);
    const node = list === "nodes" ? cell?.nodes.find((each) => each.place === place) : undefined;
    return { message, line, cell: name, nodes: new Set(node ? [node.id] : []) };
  }
  if (part === "operators" && typeof name === "string") {
    const users = view.cells.flatMap((cell) =>
      cell.nodes.filter(({ op }) => op === name).map(({ id }) => ({ cell, id })),
    );
    return { message, line, cell: users[0]?.cell.name ?? "", nodes: new Set(users.map(({ id }) => id)) };
  }
  return { message, line, cell: "", nodes: new Set() };
}
