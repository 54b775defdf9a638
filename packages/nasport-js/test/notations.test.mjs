// The notations give the documents, texts and messages of Python, which are in notations.cases.jsonl.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { InputError } from "../dist/errors.js";
import { notations, readNotation, writeNotation } from "../dist/notations/index.js";
import { architectureFromJson } from "../dist/schemas/architecture.js";

const lines = readFileSync(new URL("notations.cases.jsonl", import.meta.url), "utf8").trim().split("\n");
const cases = lines.map((line) => JSON.parse(line));

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const exampleOf = (name) => notations().find((notation) => notation.name === name).example;

const NASBENCH201 = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];

describe("every notation", () => {
  for (const { name, example, description } of notations()) {
    test(`${name} reads its example, and an example is among the cases`, () => {
      assert.ok(description.length > 20);
      const found = cases.find((one) => one.notation === name && one.text === example);
      assert.ok(found?.document, "no case for the example");
      assert.deepEqual(readNotation(name, example).toJson(), found.document);
    });

    test(`${name} gives the documents and messages of Python`, () => {
      const own = cases.filter((one) => one.notation === name);
      assert.ok(own.length > 3);
      for (const { text, message, digest, written } of own) {
        if (message !== undefined) {
          assert.throws(() => readNotation(name, text), { name: "InputError", message }, text);
          continue;
        }
        const architecture = readNotation(name, text);
        if (digest) assert.equal(sha256(JSON.stringify(architecture.toJson())), digest, text);
        assert.equal(writeNotation(name, architecture), written);
        // The text can be read again, and the document is valid.
        assert.equal(readNotation(name, written).toJson().name, architecture.toJson().name);
        assert.deepEqual(architectureFromJson(architecture.toJson()).toJson(), architecture.toJson());
      }
    });
  }
});

test("all 15,625 NAS-Bench-201 strings are read and written again", () => {
  let count = 0;
  for (let code = 0; code < 5 ** 6; code++) {
    const [a, b, c, d, e, f] = Array.from({ length: 6 }, (_, place) => NASBENCH201[Math.floor(code / 5 ** place) % 5]);
    const text = `|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`;
    const architecture = readNotation("nasbench201", text);
    assert.equal(architecture.name, text);
    count += writeNotation("nasbench201", architecture) === text ? 1 : 0;
  }
  assert.equal(count, 15_625);
});

test("an unknown notation gets the most similar name", () => {
  const message = /^InputError: unknown notation 'nasbench20', did you mean 'nasbench201'\? expected one of nasbench101, /;
  assert.throws(() => readNotation("nasbench20", ""), message);
});

test("a document with renamed and reordered nodes is written by its structure", () => {
  const example = exampleOf("nasbench201");
  const document = readNotation("nasbench201", example).toJson();
  const { nodes } = document.cells.cell;
  const renamed = (id) => `node ${id.length}${id}`;
  const changed = nodes.map((one) => ({ ...one, id: renamed(one.id), inputs: one.inputs.map(renamed) }));
  document.cells.cell.nodes = changed.reverse();
  assert.equal(writeNotation("nasbench201", architectureFromJson(document)), example);
  document.cells.cell.nodes[1].op = "sep_conv_3x3";
  const message = /operator 'sep_conv_3x3' of node .*, expected one of none, skip_connect/;
  assert.throws(() => writeNotation("nasbench201", architectureFromJson(document)), message);
});

test("an architecture of another space is refused", () => {
  const darts = readNotation("darts", exampleOf("darts"));
  assert.throws(() => writeNotation("nasbench201", darts), /2 cells, expected exactly one in this notation/);
  assert.throws(() => writeNotation("nasbench301", darts), /another skeleton, expected that of nasbench301/);
  assert.throws(() => writeNotation("fbnet", darts), /cells or other stages, expected 22 layers/);
});

test("another network around a cell is refused", () => {
  const document = readNotation("nasbench101", "3 111 1").toJson();
  document.skeleton.stages[0].repeats = 2;
  const message = /skeleton: another skeleton, expected that of nasbench101/;
  assert.throws(() => writeNotation("nasbench101", architectureFromJson(document)), message);
  delete document.skeleton;
  assert.equal(writeNotation("nasbench101", architectureFromJson(document)), "3 111 1");
});

test("a genotype keeps the spelling of its source, unless the cells have changed", () => {
  const text =
    "A = Genotype([['skip_connect', 1], ('none', 0)], [2], " +
    "reduce=(('max_pool_3x3', 0), ('none', 1)), reduce_concat=range(2, 3))";
  const architecture = readNotation("darts", `12:00 INFO ${text}`);
  assert.equal(architecture.name, "A");
  assert.equal(writeNotation("darts", architecture), text);
  const document = architecture.toJson();
  document.cells.normal.nodes.find(({ op }) => op === "skip_connect").op = "sep_conv_5x5";
  assert.equal(
    writeNotation("darts", architectureFromJson(document)),
    "Genotype(normal=[('sep_conv_5x5', 1), ('none', 0)], normal_concat=range(2, 3), " +
      "reduce=[('max_pool_3x3', 0), ('none', 1)], reduce_concat=range(2, 3))",
  );
});

test("hostile texts get one line and take no time", () => {
  const deep = [
    "[".repeat(10_000), `${"-".repeat(15_000)}1`, `1${"+1".repeat(9_000)}`, `a${".b".repeat(9_000)}`, `f${"(1)".repeat(6_000)}`,
    `${"not ".repeat(4_000)}1`, "1,".repeat(9_000), "a=".repeat(9_000), "\0", "{'a':".repeat(2_000), `'${"\\".repeat(9_000)}`,
    "x".repeat(100_000), `${"((".repeat(99)}${"Genotype(".repeat(500)}`, "a b ".repeat(4_000), `[${"a b ".repeat(4_000)}`,
    " ".repeat(19_000) + "=", "'a' ".repeat(4_900), `{${"1:1,".repeat(4_000)}`, "\n".repeat(19_000) + "(",
  ];
  const begun = performance.now();
  for (const { name } of notations()) {
    for (const text of deep) assert.throws(() => readNotation(name, text), InputError, `${name} ${text.slice(0, 20)}`);
  }
  assert.ok(performance.now() - begun < 20_000);
});
