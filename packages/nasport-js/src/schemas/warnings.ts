/**
 * Warnings about valid documents that probably contain a mistake.
 *
 * Every check reads a whole architecture and adds sentences to a list. A document with warnings still gets a score.
 */

import { cellGraph } from "../graphs/cell_graph.js";
import { pythonRepr } from "../json/python_text.js";
import type { Architecture, Cell } from "./architecture.js";

const MOST_NAMED = 5;

/** Return a sentence for every probable mistake in a checked architecture. */
export function documentWarnings(architecture: Architecture): string[] {
  const sentences: string[] = [];
  looseNodes(architecture, sentences);
  unfedNodes(architecture, sentences);
  unusedCells(architecture, sentences);
  impliedDataSet(architecture, sentences);
  return sentences;
}

/**
 * Find nodes whose result no other node reads. The rule depends on the channels of the cell:
 *
 * - `stack` (DARTS): nodes that only nodes of kind `none` read are found too.
 * - `same` and `own`: only nodes without any reader are found, because `none` cuts nodes off by design. Documents
 *   converted from a notation are skipped.
 * - `split` (NAS-Bench-101): skipped, because such cells have unread nodes by design.
 */
function looseNodes(architecture: Architecture, sentences: string[]): void {
  for (const [name, cell] of architecture.usedCells) {
    const positions = loosePositions(cell, architecture);
    if (positions.length > 0) {
      const place = `${namedNodes(cell, positions)} of the cell ${pythonRepr(name)}`;
      sentences.push(
        positions.length === 1
          ? `the node ${place} feeds no other node and is not an output, so its result is not used`
          : `the nodes ${place} feed no other node and are not outputs, so their results are not used`,
      );
    }
  }
}

function loosePositions(cell: Cell, architecture: Architecture): readonly number[] {
  if (cell.channels === "stack") {
    return cellGraph(cell, architecture).wiring.lost;
  }
  const skipped = cell.channels === "split" || architecture.source !== null;
  return skipped ? [] : cellGraph(cell, architecture).wiring.unread;
}

/** Find nodes without inputs; skip documents converted from a notation, since some notations have such nodes. */
function unfedNodes(architecture: Architecture, sentences: string[]): void {
  for (const [name, cell] of architecture.source === null ? architecture.usedCells : []) {
    const positions = cellGraph(cell, architecture).wiring.unfed;
    if (positions.length > 0) {
      const [nodes, verb] = positions.length === 1 ? ["node", "has"] : ["nodes", "have"];
      const effect = "a node without inputs counts in parameters and FLOPs but not in the score";
      const place = `${namedNodes(cell, positions)} of the cell ${pythonRepr(name)}`;
      sentences.push(`the ${nodes} ${place} ${verb} no inputs, expected some: ${effect}`);
    }
  }
}

function unusedCells(architecture: Architecture, sentences: string[]): void {
  const used = architecture.usedCells;
  for (const name of architecture.cells.keys()) {
    if (!used.has(name)) {
      const effect = "so it is not part of the network and does not change the score";
      sentences.push(`no stage uses the cell ${pythonRepr(name)}, ${effect}`);
    }
  }
}

/** Find networks of NDS without the record that shows whether the data set is CIFAR-10 or ImageNet. */
function impliedDataSet({ source, skeleton, cells }: Architecture, sentences: string[]): void {
  const alone = source?.format === "nds" && !source.text.startsWith('{"space"');
  if (alone && cells.size > 0 && skeleton?.classes === 10) {
    sentences.push(
      "the network of NDS does not name its data set, so CIFAR-10 is assumed; expected the whole record or " +
        `{"space": NAME, "net": ...}, where NAME contains '_in' for ImageNet`,
    );
  }
}

function namedNodes(cell: Cell, positions: readonly number[]): string {
  const ids = positions.slice(0, MOST_NAMED).map((position) => pythonRepr(cell.nodes[position].id));
  const more = positions.length - ids.length;
  return ids.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
