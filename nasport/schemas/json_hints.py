"""Hints for text that is almost JSON: a trailing comma, a comment, Python quotes and constants."""

from __future__ import annotations

import re

# Pattern of the text at which the decoder stopped, and the hint for it.
_HINTS = (
    (r"//|/\*|#", "JSON has no comments, remove this one"),
    (r"'", "JSON needs double quotes; this looks like Python, where json.dumps(value) writes JSON"),
    (r"(True|False|None)\b", "JSON writes true, false and null; this looks like Python, where json.dumps(value) writes JSON"),
    (r"(?i:[+-]?(nan|inf(inity)?))\b", "JSON has no such number, write a finite number or leave the key out"),
    (r"\(", "JSON has no tuples, write a list: [...]"),
    (r"[\u2018\u2019\u201c\u201d\u00ab\u00bb]", 'typographic quotes, expected straight quotes: "'),
    (r"[+.]\d", "a number in JSON begins with a digit or a minus sign"),
    (r"[A-Za-z_$][\w$]*\s*:", "put the key in double quotes"),
    (r"$", "the text ends before the document is complete"),
)  # fmt: skip


def json_hint(text: str, position: int) -> str:
    """Return a hint about what to change; empty if the mistake is not a common one.

    Args:
        text: text that is not valid JSON.
        position: offset at which the decoder stopped.
    """
    rest = text[position : position + 200].lstrip()
    if not text[:position].strip() and re.match(r"---|[\w-]+:\s", rest):
        return "this looks like YAML, expected JSON"
    if rest.startswith("{"):
        whole = text[:position].rstrip().endswith("}") and text[:position].count("{") == text[
            :position
        ].count("}")
        return (
            "a second document begins here, expected one document per file or per line"
            if whole
            else "a comma is missing"
        )
    closing = re.match(r",?\s*([}\]])", rest)
    if closing and (rest.startswith(",") or text[:position].rstrip().endswith(",")):
        return f"there is a comma before {closing[1]!r}, remove it"
    return next((hint for pattern, hint in _HINTS if re.match(pattern, rest)), "")
