/**
 * The tokenizer of the sentence encoder, from the content of `tokenizer.json`: BERT's normalizer, its splitting into words, and
 * WordPiece. It gives the ids of the Python library `tokenizers`, with the truncation that the file states.
 */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import { IDEOGRAPHS, NONSPACING_MARKS, PUNCTUATION, REMOVED } from "./character_ranges.js";

const WHITE_SPACE = /^[\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/u;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Number of characters of a text that a message repeats. */
const SHOWN = 80;

/** What `tokenizer.json` states, as far as the ids depend on it. */
interface Settings {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknown: number;
  readonly prefix: string;
  /** Longer words are unknown. */
  readonly longestWord: number;
  /** Largest number of ids, with those before and after the text. */
  readonly maxTokens: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Tokens that a text can contain literally, such as `[MASK]`. */
  readonly special: ReadonlyMap<string, number>;
}

/** A loaded tokenizer. Make one with `Tokenizer.parse`. */
export class Tokenizer {
  readonly maxTokens: number;
  private readonly specialTokens: RegExp | null;

  private constructor(private readonly settings: Settings) {
    this.maxTokens = settings.maxTokens;
    const literal = [...settings.special.keys()].map((token) => token.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
    this.specialTokens = literal.length ? new RegExp(`(${literal.join("|")})`, "u") : null;
  }

  /**
   * Parse a tokenizer from the content of its file.
   *
   * @throws InputError: the content is not a tokenizer of the supported kind; the message names `file`.
   */
  static parse(data: Uint8Array, file?: string): Tokenizer {
    try {
      return new Tokenizer(settingsOf(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data))));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(`the file is not a tokenizer: ${reason}`, { file });
    }
  }

  /**
   * Return the token ids of a text with the start and end tokens, at most `maxTokens`.
   *
   * @throws InputError: the text is not valid Unicode (a lone surrogate).
   */
  tokenIds(text: string): number[] {
    if (LONE_SURROGATE.test(text)) {
      const shown = [...pythonRepr(text)].slice(0, SHOWN).join("");
      throw new InputError(`the description ${shown} has half of a surrogate pair, expected valid Unicode`);
    }
    const { before, after, maxTokens } = this.settings;
    const room = maxTokens - before.length - after.length;
    const ids: number[] = [];
    for (const word of this.words(text)) {
      if (ids.length >= room) break;
      const special = this.settings.special.get(word);
      if (special === undefined) ids.push(...this.pieces(word));
      else ids.push(special);
    }
    return [...before, ...ids.slice(0, room), ...after];
  }

  /** Yield the normalized words of a text and the special tokens in it. */
  private *words(text: string): Generator<string> {
    const parts = this.specialTokens ? text.split(this.specialTokens) : [text];
    for (const [place, part] of parts.entries()) {
      // The parts with odd places are the special tokens, because the pattern is a group.
      if (place % 2) yield part;
      else yield* wordsOf(normalized(part));
    }
  }

  /** Return the ids of the longest known pieces of a word, from its beginning on. */
  private pieces(word: string): number[] {
    const { vocabulary, unknown, prefix, longestWord } = this.settings;
    const characters = [...word];
    if (characters.length > longestWord) return [unknown];
    const ids: number[] = [];
    let start = 0;
    while (start < characters.length) {
      let end = characters.length;
      let id: number | undefined;
      for (; end > start && id === undefined; end--) {
        id = vocabulary.get((start ? prefix : "") + characters.slice(start, end).join(""));
      }
      if (id === undefined) return [unknown];
      ids.push(id);
      start = end + 1;
    }
    return ids;
  }
}

/** Clean a text, separate ideographs, and remove accents and case. */
function normalized(text: string): string {
  let clean = "";
  for (const character of text) {
    const code = codeOf(character);
    if (REMOVED.has(code)) continue;
    if (WHITE_SPACE.test(character)) clean += " ";
    else clean += IDEOGRAPHS.has(code) ? ` ${character} ` : character;
  }
  let plain = "";
  for (const character of clean.normalize("NFD")) {
    // One character at a time: the lower case of a sigma must not depend on its place in the word.
    if (!NONSPACING_MARKS.has(codeOf(character))) plain += character.toLowerCase();
  }
  return plain;
}

/** Yield the words of a normalized text: parts between spaces, and characters of punctuation. */
function* wordsOf(text: string): Generator<string> {
  let word = "";
  for (const character of text) {
    const isolated = PUNCTUATION.has(codeOf(character));
    if (!isolated && character !== " ") {
      word += character;
      continue;
    }
    if (word) yield word;
    if (isolated) yield character;
    word = "";
  }
  if (word) yield word;
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** Read the content of `tokenizer.json`; throw an `Error` if it has another form. */
function settingsOf(value: unknown): Settings {
  const root = objectOf(value, "the content");
  const model = objectOf(root["model"], "model");
  expectValue(model["type"], "WordPiece", "model.type");
  const normalizer = objectOf(root["normalizer"], "normalizer");
  const bert = { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true };
  for (const [key, expected] of Object.entries(bert)) expectValue(normalizer[key], expected, `normalizer.${key}`);
  expectValue(objectOf(root["pre_tokenizer"], "pre_tokenizer")["type"], "BertPreTokenizer", "pre_tokenizer.type");
  expectValue(root["padding"], null, "padding");
  const truncation = objectOf(root["truncation"], "truncation");
  expectValue(truncation["direction"] ?? "Right", "Right", "truncation.direction");

  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(objectOf(model["vocab"], "model.vocab"))) {
    vocabulary.set(token, wholeOf(id, "an id in model.vocab"));
  }
  const unknown = vocabulary.get(textOf(model["unk_token"], "model.unk_token"));
  if (unknown === undefined) throw new Error("model.vocab lacks model.unk_token");
  const [before, after] = aroundText(root["post_processor"]);
  const maxTokens = wholeOf(truncation["max_length"], "truncation.max_length");
  if (maxTokens < before.length + after.length) throw new Error(`truncation.max_length is ${maxTokens}, expected more`);
  return {
    vocabulary,
    unknown,
    prefix: textOf(model["continuing_subword_prefix"], "model.continuing_subword_prefix"),
    longestWord: wholeOf(model["max_input_chars_per_word"], "model.max_input_chars_per_word"),
    maxTokens,
    before,
    after,
    special: specialTokens(root["added_tokens"]),
  };
}

/** Return the ids that the template of one text has before and after the text. */
function aroundText(value: unknown): [number[], number[]] {
  const processor = objectOf(value, "post_processor");
  expectValue(processor["type"], "TemplateProcessing", "post_processor.type");
  const tokens = objectOf(processor["special_tokens"], "post_processor.special_tokens");
  const before: number[] = [];
  const after: number[] = [];
  let ids = before;
  const single = listOf(processor["single"], "post_processor.single");
  const pieces = single.map((entry) => objectOf(entry, "an entry of post_processor.single"));
  expectValue(pieces.filter((piece) => "Sequence" in piece).length, 1, "the number of texts in post_processor.single");
  for (const piece of pieces) {
    if ("Sequence" in piece) {
      ids = after;
      continue;
    }
    const name = textOf(objectOf(piece["SpecialToken"], "SpecialToken")["id"], "SpecialToken.id");
    for (const id of listOf(objectOf(tokens[name], `the token ${name}`)["ids"], `the ids of ${name}`)) {
      ids.push(wholeOf(id, `an id of ${name}`));
    }
  }
  return [before, after];
}

function specialTokens(value: unknown): Map<string, number> {
  const tokens = new Map<string, number>();
  for (const entry of listOf(value, "added_tokens")) {
    const token = objectOf(entry, "an entry of added_tokens");
    for (const key of ["single_word", "lstrip", "rstrip", "normalized"]) expectValue(token[key], false, `added_tokens.${key}`);
    tokens.set(textOf(token["content"], "added_tokens.content"), wholeOf(token["id"], "added_tokens.id"));
  }
  return tokens;
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${name} is no object`);
  return Object.fromEntries(Object.entries(value));
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${name} is no list`);
  return value;
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== "string") throw new Error(`${name} is no text`);
  return value;
}

function wholeOf(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is no whole number`);
  return value;
}

function expectValue(found: unknown, expected: unknown, name: string): void {
  if (found !== expected) throw new Error(`${name} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}
