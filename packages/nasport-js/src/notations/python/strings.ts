/** Escapes in the strings of Python. */

import { PythonSyntaxError } from "./tokens.js";

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{0,2})|u([0-9a-fA-F]{0,4})|U([0-9a-fA-F]{0,8})|(\r?\n|[^]))/g;
const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"], ["'", "'"], ['"', '"'], ["a", "\x07"], ["b", "\b"], ["f", "\f"], ["n", "\n"], ["r", "\r"], ["t", "\t"],
  ["v", "\v"], ["\n", ""], ["\r\n", ""],
]);

/** Return the content of a string with its escapes replaced; unknown escapes stay. */
export function unescaped(content: string): string {
  if (!content.includes("\\")) return content;
  return content.replace(ESCAPE, (written, octal?: string, x?: string, u?: string, U?: string, simple?: string) => {
    if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
    if (x !== undefined) return character(x, 2, "\\xXX");
    if (u !== undefined) return character(u, 4, "\\uXXXX");
    if (U !== undefined) return character(U, 8, "\\UXXXXXXXX");
    if (simple === "N") throw wrongEscape("unknown Unicode character name");
    return SIMPLE.get(simple ?? "") ?? written;
  });
}

function character(digits: string, count: number, form: string): string {
  if (digits.length < count) throw wrongEscape(`truncated ${form} escape`);
  const code = parseInt(digits, 16);
  if (code > 0x10ffff) throw wrongEscape("illegal Unicode character");
  return String.fromCodePoint(code);
}

function wrongEscape(problem: string): PythonSyntaxError {
  return new PythonSyntaxError(`(unicode error) 'unicodeescape' codec can't decode bytes: ${problem}`, 0);
}
