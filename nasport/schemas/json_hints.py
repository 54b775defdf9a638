"""What to change in a text that is nearly JSON: a comma too many, a comment, Python's quotes and words."""

from __future__ import annotations

import re

# What stands where the decoder stopped, and what to do about it.
_HINTS = (
    (r"//|/\*|#", "JSON has no comments, expected none"),
    (r"'", "JSON takes double quotes, and this looks like Python: json.dumps(value) writes JSON"),
    (r"(True|False|None)\b", "JSON writes true, false and null, and this looks like Python: json.dumps(value) writes JSON"),
    (r"(?i:[+-]?(nan|inf(inity)?))\b", "JSON has no such number, expected a finite one, or the key left out"),
    (r"\(", "JSON has lists, [...], and no tuples"),
    (r"[\u2018\u2019\u201c\u201d\u00ab\u00bb]", 'typographic quotes, expected straight ones: "'),
    (r"[+.]\d", "a number begins with a digit or a minus"),
    (r"[A-Za-z_$][\w$]*\s*:", "a key stands in double quotes"),
    (r"$", "the text ends too early"),
)  # fmt: skip


def json_hint(text: str, position: int) -> str:
    """What to change, in words; empty where the mistake is none of those that people make.

    Args:
        text: no JSON.
        position: where the decoder stopped.
    """
    rest = text[position : position + 200].lstrip()
    if not text[:position].strip() and re.match(r"---|[\w-]+:\s", rest):
        return "this looks like YAML, expected JSON"
    if rest.startswith("{"):
        whole = text[:position].rstrip().endswith("}") and text[:position].count("{") == text[
            :position
        ].count("}")
        return (
            "a second document begins here, expected one a file, or one a line"
            if whole
            else "a comma is missing"
        )
    closing = re.match(r",?\s*([}\]])", rest)
    if closing and (rest.startswith(",") or text[:position].rstrip().endswith(",")):
        return f"a comma stands before {closing[1]!r}, expected none there"
    return next((hint for pattern, hint in _HINTS if re.match(pattern, rest)), "")
