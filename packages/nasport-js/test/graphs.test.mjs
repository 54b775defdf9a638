/** Canonical graphs and hashes agree with those of Python, and do not depend on the spelling of a document. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";

import { architectureHash, canonicalGraph, graphHash } from "../dist/graphs/canonical.js";
import { cellGraph } from "../dist/graphs/cell_graph.js";
import { rawGraph, skeletonDigest } from "../dist/graphs/document_graph.js";
import { hexadecimal } from "../dist/graphs/sha256.js";
import { architectureFromJson } from "../dist/schemas/architecture.js";
import { documentOf, EXAMPLES, node } from "./graphs_examples.mjs";

const ORDERED = new Set(["blend", "difference"]);

const hashOf = (document) => architectureHash(architectureFromJson(document));

/** Return the same document with other ids, other orders of nodes and of inputs whose order has no meaning. */
function relabeled(document, turns) {
  const cells = Object.entries(document.cells).map(([name, cell]) => {
    const id = (old) => `${turns} ${[...old].reverse().join("")}`;
    const nodes = cell.nodes.map((one) => {
      const inputs = turned(one.inputs.map(id), ORDERED.has(one.op) ? 0 : turns);
      const candidates = one.candidates ? { candidates: turned(one.candidates, turns) } : {};
      return { ...one, ...candidates, id: id(one.id), inputs };
    });
    return [name, { ...cell, nodes: turned(nodes.reverse(), turns) }];
  });
  return { ...document, cells: Object.fromEntries(cells) };
}

function turned(values, turns) {
  const at = values.length ? turns % values.length : 0;
  return [...values.slice(at), ...values.slice(0, at)];
}

for (const [name, hash, document] of EXAMPLES) {
  test(`hash of Python: ${name}`, () => {
    assert.equal(hashOf(document), hash);
    for (let turns = 0; turns < 12; turns++) {
      assert.equal(hashOf(relabeled(document, turns)), hash, `after ${turns} turns`);
    }
  });
}

test("a canonical graph is its own canonical form", () => {
  for (const [name, hash, document] of EXAMPLES) {
    const canonical = canonicalGraph(rawGraph(architectureFromJson(document)));
    const again = canonicalGraph(canonical);
    assert.equal(graphHash(again), hash, name);
    assert.deepEqual(again.edges, canonical.edges, name);
  }
});

test("equal kinds are the same object, also in different documents", () => {
  const document = EXAMPLES[1][2];
  const [some, other] = [document, relabeled(document, 3)].map((one) => rawGraph(architectureFromJson(one)));
  const kinds = new Set([...some.kinds, ...other.kinds]);
  assert.equal(kinds.size, new Set([...kinds].map((kind) => kind.identity)).size);
});

test("a cell object is looked up again if the document has other operators", () => {
  const architecture = architectureFromJson(EXAMPLES[0][2]);
  const own = { nor_conv_3x3: { text: "Something else" } };
  const { operators } = architectureFromJson({ ...EXAMPLES[0][2], operators: own });
  const changed = architecture.withParts({ operators });
  const [cell] = architecture.cells.values();
  assert.equal(cellGraph(cell, architecture), cellGraph(cell, architecture));
  assert.equal(cellGraph(cell, architecture).operators[1][0].kind, "convolution");
  assert.equal(cellGraph(cell, changed).operators[1][0].text, "Something else");
  assert.notEqual(architectureHash(changed), architectureHash(architecture));
});

test("the wiring says which nodes are reachable, lost, unread and unfed", () => {
  const nodes = [
    node("in", "input"),
    node("zero", "none", "in"),
    node("lost", "nor_conv_3x3", "in"),
    node("gone", "none", "lost"),
    node("unfed", "nor_conv_3x3", "zero"),
    node("empty", "nor_conv_3x3"),
    node("plus", "sum", "in", "in", "empty"),
    node("out", "output", "plus", "gone", "unfed"),
    node("unread", "nor_conv_1x1", "in"),
  ];
  const architecture = architectureFromJson(documentOf({ cell: { nodes } }));
  const { wiring } = cellGraph([...architecture.cells.values()][0], architecture);
  assert.deepEqual(wiring.reachable, [[0, []], [7, ["in"]]]);
  assert.deepEqual([...wiring.paths.keys()], ["in", "plus", "out"]);
  assert.deepEqual([...wiring.inputs.get("out")], [["in", 2], ["empty", 1], ["unfed", 1]]);
  assert.deepEqual(wiring.lost, [2, 8]);
  assert.deepEqual(wiring.unread, [8]);
  assert.deepEqual(wiring.unfed, [5]);
  assert.deepEqual(wiring.entering, [0, 1, 1, 0, 0, 0, 2, 0, 1]);
  assert.equal(wiring.isReachable, false);
  assert.equal(wiring.isEnteredAsWritten, false);
});

test("nested sums count how often they read a node, up to a limit", () => {
  const nodes = [node("in", "input"), node("a", "nor_conv_3x3", "in"), node("s0", "sum", "a", "a")];
  for (let k = 1; k < 30; k++) {
    nodes.push(node(`s${k}`, "sum", `s${k - 1}`, `s${k - 1}`));
  }
  nodes.push(node("out", "output", "s29"));
  const { edges } = canonicalGraph(rawGraph(architectureFromJson(documentOf({ cell: { nodes } }))));
  assert.deepEqual(edges, [[1, 0, 1], [2, 1, 65535]]);
});

/** Return two chains that differ only in their first node, so that the refinement needs many rounds. */
function twoChains(length) {
  const nodes = [node("in", "input")];
  for (const [chain, first] of [["a", "nor_conv_3x3"], ["b", "nor_conv_1x1"]]) {
    for (let k = 0; k < length; k++) {
      nodes.push(node(`${chain}${k}`, k ? "nor_conv_3x3" : first, k ? `${chain}${k - 1}` : "in"));
    }
  }
  nodes.push(node("out", "output", `a${length - 1}`, `b${length - 1}`));
  return { nodes };
}

test("the largest documents are canonicalized in seconds", () => {
  const document = documentOf({ some: twoChains(499), other: { ...twoChains(499), role: "reduction" } });
  const architecture = architectureFromJson(document);
  const begin = performance.now();
  assert.equal(architectureHash(architecture), "21dff902cde5cd3b2ec9f00b2fe3834b");
  assert.ok(performance.now() - begin < 20_000);
});

const VECTORS = new URL("../../../vectors/", import.meta.url);
const missing = existsSync(new URL("expected.jsonl", VECTORS)) ? false : "this copy of the package lacks the vectors";

test("hash and canonical form of all vectors", { skip: missing }, () => {
  const read = (file) => {
    const text = readFileSync(new URL(file, VECTORS), "utf8");
    return text.trim().split("\n").map((line) => JSON.parse(line));
  };
  const expected = new Map(read("expected.jsonl").map((entry) => [entry.id, entry]));
  for (const { id, document } of read("documents.jsonl")) {
    const architecture = architectureFromJson(document);
    const canonical = canonicalGraph(rawGraph(architecture));
    const { hash, canonical: wanted } = expected.get(id);
    assert.equal(graphHash(canonical), hash, id);
    assert.deepEqual(canonical.edges, wanted.edges, id);
    assert.equal(hexadecimal(skeletonDigest(architecture)), wanted.skeleton, id);
    const kinds = canonical.kinds.map(({ operators, role, cell }) => {
      return { operators: operators.map((operator) => operator.toJson()), role, cell };
    });
    assert.deepEqual(kinds, wanted.nodes.map((row) => wanted.kinds[row]), id);
  }
});
