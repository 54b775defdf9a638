// Python expressions are parsed without executing them, and wrong ones get Python's messages.
import assert from "node:assert/strict";
import { test } from "node:test";

import { jsonOrPython, literal, syntaxTree } from "../dist/notations/objects.js";
import { parseExpression, PythonSyntaxError } from "../dist/notations/python/parser.js";
import { unparse } from "../dist/notations/python/tree.js";

test("expressions are written as Python's ast.unparse writes them", () => {
  const pairs = [
    ["[1,2,]", "[1, 2]"],
    ["(1,)", "(1,)"],
    ["1,2", "(1, 2)"],
    ["{'a':1,**b}", "{'a': 1, **b}"],
    ['"it\'s"', '"it\'s"'],
    ["'a' \"b\"", "'ab'"],
    ["f(*a, b=1, **c)", "f(*a, b=1, **c)"],
    ["(1+2)*3", "(1 + 2) * 3"],
    ["-(1+2)", "-(1 + 2)"],
    ["2**-1", "2 ** (-1)"],
    ["1e400", "1e309"],
    ["0x1F", "31"],
    ["1_000", "1000"],
    ["'\\x41\\101\\u00e9\\n'", "'AAé\\n'"],
    ["r'\\n'", "'\\\\n'"],
    ["a[(1,2)]", "a[1, 2]"],
    ["1 .b", "1 .b"],
    ["a<b not in c", "a < b not in c"],
    ["[1 #c\n]", "[1]"],
    ["x if y else z", "x if y else z"],
    ["not a or b", "not a or b"],
    ["10000000000000000000000", "10000000000000000000000"],
  ];
  for (const [text, expected] of pairs) assert.equal(unparse(parseExpression(text)), expected, text);
});

test("wrong expressions get the message and column of Python", () => {
  const comma = "invalid syntax. Perhaps you forgot a comma?";
  const cases = [
    ["[1, 2", "'[' was never closed", 1],
    ["f(a=1)(", "'(' was never closed", 7],
    ["[1 2]", comma, 2],
    ["[1,\n3 4]", comma, 1],
    ["(1,2]", "closing parenthesis ']' does not match opening parenthesis '('", 5],
    ["]", "unmatched ']'", 1],
    ["(".repeat(201), "too many nested parentheses", 201],
    ["'abc", "unterminated string literal (detected at line 1)", 1],
    ["[1,,2]", "invalid syntax", 4],
    ["a b", "invalid syntax", 3],
    ["f(a=1, 2)", "positional argument follows keyword argument", 9],
    ["{1:2,3}", "':' expected after dictionary key", 6],
    ["{'a':}", "expression expected after dictionary key and ':'", 5],
    ["[1a]", "invalid decimal literal", 2],
    ["\u2018a\u2019", "invalid character '\u2018' (U+2018)", 1],
    ["(a=1)", "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", 2],
  ];
  for (const [text, message, column] of cases) {
    const found = (error) => error instanceof PythonSyntaxError && error.message === message && error.column === column;
    assert.throws(() => parseExpression(text), found, `${text}: ${message}`);
  }
});

test("literals are strings, integers, lists, tuples and ranges", () => {
  assert.deepEqual(literal(syntaxTree("[('a', 0), range(3), range(5, 1, 2)]", "")), [["a", 0], [0, 1, 2], []]);
  const message = "'-2' (column 5), expected strings, integers, lists, tuples or range(...)";
  assert.throws(() => literal(syntaxTree("[1, -2]", "")), { name: "InputError", message });
  assert.throws(() => literal(syntaxTree("range(10**9)", "")), /'10 \*\* 9' \(column 7\)/);
  assert.throws(() => literal(syntaxTree("range(1000000000)", "")), /has 1,000,000,000 numbers, expected at most 1,000/);
  assert.throws(() => literal(syntaxTree("'é', 1.5", "")), /'1\.5' \(column 7\)/); // Python counts bytes
});

test("objects in Python syntax have the types of JSON", () => {
  const value = jsonOrPython("dict(a=np.array([1, 2.5, True]), b=-np.int64(3), c=null)", "");
  assert.deepEqual([...value], [["a", [1, 2.5, true]], ["b", -3], ["c", null]]);
  assert.throws(() => jsonOrPython("__import__('os').system('x')", ""), /expected only calls of dict/);
  assert.throws(() => jsonOrPython("{'a': 1, 'a': 2}", ""), /'a' appears twice, expected it once/);
  assert.throws(() => jsonOrPython('{"a" 1}', ""), /^InputError: line 1: not valid JSON: /);
});
