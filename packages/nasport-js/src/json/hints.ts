/** Hints for text that is almost JSON: a trailing comma, a comment, Python quotes and constants. */

import { leftStripped, rightStripped, SPACE } from "./python_text.js";

const WORD = "\\p{L}\\p{N}_";
const WINDOW = 200;
const PYTHON = "where json.dumps(value) writes JSON";

/** Pattern of the text at which the scanner stopped, and the hint for it. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^(?:\/\/|\/\*|#)/u, "JSON has no comments, remove this one"],
  [/^'/u, `JSON needs double quotes; this looks like Python, ${PYTHON}`],
  [
    pattern(`^(?:True|False|None)(?![${WORD}])`),
    `JSON writes true, false and null; this looks like Python, ${PYTHON}`,
  ],
  [
    pattern(`^[+-]?(?:[nN][aA][nN]|[iIİı][nN][fF](?:[iIİı][nN][iIİı][tT][yY])?)(?![${WORD}])`),
    "JSON has no such number, write a finite number or leave the key out",
  ],
  [/^\(/u, "JSON has no tuples, write a list: [...]"],
  [/^[\u2018\u2019\u201c\u201d\u00ab\u00bb]/u, 'typographic quotes, expected straight quotes: "'],
  [/^[+.]\p{Nd}/u, "a number in JSON begins with a digit or a minus sign"],
  [pattern(`^[A-Za-z_$][${WORD}$]*[${SPACE}]*:`), "put the key in double quotes"],
  [/^$/u, "the text ends before the document is complete"],
];
const YAML = pattern(`^(?:---|[${WORD}-]+:[${SPACE}])`);
const CLOSING = pattern(`^,?[${SPACE}]*([}\\]])`);

/** Return a hint about what to change at the position where the scanner stopped; empty if the mistake is not common. */
export function jsonHint(text: string, position: number): string {
  const before = rightStripped(text.slice(0, position));
  const rest = leftStripped(window(text, position));
  if (before === "" && YAML.test(rest)) {
    return "this looks like YAML, expected JSON";
  }
  if (rest.startsWith("{")) {
    const whole = before.endsWith("}") && count(before, "{") === count(before, "}");
    return whole
      ? "a second document begins here, expected one document per file or per line"
      : "a comma is missing";
  }
  const closing = CLOSING.exec(rest);
  if (closing !== null && (rest.startsWith(",") || before.endsWith(","))) {
    return `there is a comma before '${closing[1]}', remove it`;
  }
  return HINTS.find(([pattern]) => pattern.test(rest))?.[1] ?? "";
}

function window(text: string, position: number): string {
  return [...text.slice(position, position + 2 * WINDOW)].slice(0, WINDOW).join("");
}

function count(text: string, char: string): number {
  let found = 0;
  for (let at = text.indexOf(char); at !== -1; at = text.indexOf(char, at + 1)) {
    found += 1;
  }
  return found;
}

function pattern(source: string): RegExp {
  return new RegExp(source, "u");
}
