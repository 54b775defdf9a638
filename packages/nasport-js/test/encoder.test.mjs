// The tokenizer, the sentence encoder and the description reader give what Python gives (encoder.cases.jsonl).
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { DescriptionReader, hasWorded, sentenceOf } from "../dist/encoder/description_reader.js";
import { Encoder } from "../dist/encoder/encoder.js";
import { Tokenizer } from "../dist/encoder/tokenizer.js";
import { InputError } from "../dist/errors.js";
import { openBundle } from "../dist/predictor/bundle.js";
import { architectureFromJson } from "../dist/schemas/architecture.js";
import { Operator } from "../dist/schemas/operators.js";

const FOLDER = new URL("../../../nasport/models/pretrained/minilm/", import.meta.url);
const VECTORS = new URL("../../../vectors/embeddings.jsonl", import.meta.url);
const rowsOf = (file) => readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const cases = rowsOf(new URL("encoder.cases.jsonl", import.meta.url));
const bundle = () => openBundle({ name: "minilm", read: (file) => readFile(new URL(file, FOLDER)) });

describe("tokenizer", () => {
  const data = readFileSync(new URL("tokenizer.json", FOLDER));
  const tokenizer = Tokenizer.parse(data);

  test("the ids are those of Python for accents, ideographs, control characters, emoji and long words", () => {
    for (const { text, ids } of cases) assert.deepEqual(tokenizer.tokenIds(text), ids, JSON.stringify(text));
  });

  test("a text is cut after 256 tokens, with the end token", () => {
    const ids = tokenizer.tokenIds("convolution ".repeat(400));
    assert.equal(ids.length, 256);
    assert.deepEqual([ids[0], ids[255]], [101, 102]);
    assert.equal(tokenizer.tokenIds("x".repeat(1_000_000)).length, 3);
    assert.equal(tokenizer.tokenIds("! ".repeat(1_000_000)).length, 256);
  });

  test("half of a surrogate pair is refused", () => {
    const message = "the description 'a\\ud800b' has half of a surrogate pair, expected valid Unicode";
    assert.throws(() => tokenizer.tokenIds("a\ud800b"), { name: "InputError", message });
  });

  test("another tokenizer is refused with the name of its file", () => {
    const content = JSON.parse(data);
    const changed = (change) => new TextEncoder().encode(JSON.stringify({ ...content, ...change }));
    const refused = (bytes, message) => assert.throws(() => Tokenizer.parse(bytes, "b/tokenizer.json"), message);
    refused(new Uint8Array([0xff]), /^InputError: b\/tokenizer\.json: the file is not a tokenizer: /);
    refused(new TextEncoder().encode("[]"), /the content is no object/);
    refused(changed({ model: { ...content.model, type: "BPE" } }), /model\.type is "BPE", expected "WordPiece"/);
    const cased = { ...content.normalizer, lowercase: false };
    refused(changed({ normalizer: cased }), /normalizer\.lowercase is false, expected true/);
    refused(changed({ truncation: { ...content.truncation, max_length: 1 } }), /truncation\.max_length is 1, expected more/);
    refused(changed({ model: { ...content.model, vocab: { "[UNK]": -1 } } }), /an id in model\.vocab is no whole number/);
  });
});

describe("encoder", () => {
  const skip = existsSync(VECTORS) ? false : "the vectors are not here";

  test("embeddings are within 0.00001 of the vectors", { skip }, async () => {
    const encoder = await Encoder.load(await bundle());
    const rows = rowsOf(VECTORS);
    assert.ok(rows.some(({ ids }) => ids.length === 256));
    const vectors = await encoder.encode(rows.map(({ text }) => text)); // all at once, to be run one after the other
    for (const [place, { text, ids, embedding }] of rows.entries()) {
      assert.deepEqual(encoder.tokenIds(text), ids);
      const error = Math.max(...embedding.map((number, axis) => Math.abs(number - vectors[place][axis])));
      assert.ok(error < 1e-5, `${text}: ${error}`);
    }
    assert.equal((await encoder.encode([rows[0].text]))[0], vectors[0], "the result is cached");
    await assert.rejects(encoder.encode(["\udc00"]), InputError);
    assert.equal((await encoder.encode([rows[1].text]))[0], vectors[1], "an error leaves the encoder usable");
  });
});

describe("description reader", () => {
  const described = cases.filter(({ attributes }) => attributes !== undefined);
  const operatorOf = ({ text, attributes }) => Operator.fromJson({ text, ...attributes });

  test("descriptions are read as in Python, with the same warnings", async () => {
    const reader = await DescriptionReader.load(await bundle());
    assert.ok(reader !== null);
    for (const one of described) {
      const reading = await reader.read(operatorOf(one));
      assert.deepEqual(reading.operator.toJson(), one.operator);
      assert.deepEqual(reading.assumed, one.assumed);
      assert.ok(Math.abs(reading.confidence - one.confidence) < 1e-4, one.text);
      assert.equal(sentenceOf(operatorOf(one), reading), one.sentence);
    }

    const entries = described.map(({ text, attributes }, place) => [`own ${place}`, { text, ...attributes }]);
    const own = Object.fromEntries(entries);
    const nodes = Object.keys(own).map((key) => ({ id: key, op: key, inputs: ["in"] }));
    const output = { id: "out", op: "output", inputs: nodes.map(({ id }) => id) };
    const document = {
      format: "nasport-architecture", version: 1,
      operators: { ...own, known: { text: "Max pooling 3 by 3", kind: "pooling", kernel: 3 } },
      cells: { cell: { nodes: [{ id: "in", op: "input" }, ...nodes, output] } },
    };
    const architecture = architectureFromJson(document);
    assert.ok(hasWorded(architecture));
    const [known] = await reader.inKnownOperators([architecture]);
    assert.ok(!hasWorded(known));
    assert.deepEqual(known.operators.get("own 0").toJson(), described[0].operator);
    assert.equal(known.operators.get("known"), architecture.operators.get("known"));

    const [first, second] = described.map(operatorOf);
    const kinds = [{ operators: [first, second] }, { operators: [first] }];
    assert.deepEqual(await reader.warnings(kinds), [described[0].sentence, described[1].sentence]);
  });

  test("a bundle without a reader has none", async () => {
    const whole = await bundle();
    assert.equal(await DescriptionReader.load({ has: (file) => file !== "reader.npz" && whole.has(file) }), null);
  });

  test("a wrong file is refused with its name", async () => {
    const wrong = { has: () => true, pathOf: (file) => `b/${file}`, read: async () => new TextEncoder().encode("PK no") };
    const message = /^InputError: b\/reader\.npz: the file is not a reader of descriptions: /;
    await assert.rejects(DescriptionReader.load(wrong), message);
  });
});
