#!/bin/sh
# Typer 0.29 reads the values of options by pydantic: it accepts "3.0" for an integer and "1700000000" for a date, refuses digits of
# other scripts, and imports pydantic whenever a command runs.
#
# Versions: typer 0.28.0 and 0.29.2, pydantic 2.14.4; Python 3.11 to 3.13. Not run by CI: it downloads them.
#
# An option of type datetime without `formats` takes an integer as seconds since 1970. The result has a time zone, which the result
# of a date does not have, and Python refuses to compare the two. The errors have the wording of pydantic.
#
# pydantic is imported when a command runs, rather than with typer. So a measurement of `import typer` does not show the cost: a
# command that does nothing took 0.31 s instead of 0.12 s.
#
# Seen:
#                               typer 0.28.0           typer 0.29.2
#   int "3"                     3                      3
#   int "3.0"                   refused                3
#   int, three in Arabic        3                      refused
#   datetime "2026-11-30"       2026-11-30T00:00:00    2026-11-30T00:00:00
#   datetime "1700000000"       refused                2023-11-14T22:13:20+00:00
#   pydantic after import       False                  False
#   pydantic after a command    False                  True
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > reads.py <<'END'
import contextlib
import io
import json
import sys
from datetime import datetime

import typer

found, loaded = {}, ["pydantic" in sys.modules]
VALUES = {
    'int "3"': (int, "3"),
    'int "3.0"': (int, "3.0"),
    "int, three in Arabic": (int, "\u0663"),
    'datetime "2026-11-30"': (datetime, "2026-11-30"),
    'datetime "1700000000"': (datetime, "1700000000"),
}


def read(kind, text):
    app, got = typer.Typer(), []

    @app.command()
    def run(value: kind):
        got.append(value.isoformat() if kind is datetime else str(value))

    with contextlib.suppress(SystemExit), contextlib.redirect_stderr(io.StringIO()):
        app([text])
    return got[0] if got else "refused"


for name, (kind, text) in VALUES.items():
    found[name] = read(kind, text)
found["pydantic after import"] = loaded[0]
found["pydantic after a command"] = "pydantic" in sys.modules
print(json.dumps(found))
END
for version in 0.28.0 0.29.2; do
    python3 -m venv "$version"
    "$version/bin/pip" install --quiet typer==$version pydantic==2.14.4
    "$version/bin/python" reads.py > "$version.json"
done
python3 - <<'END'
import json
import sys

old, new = (json.load(open(f"{version}.json")) for version in ("0.28.0", "0.29.2"))
print(f"{'':28}typer 0.28.0           typer 0.29.2")
for name in old:
    print(f"{name:28}{old[name]!s:23}{new[name]}")
date = "2026-11-30T00:00:00"
if list(old.values()) != ["3", "refused", "3", date, "refused", False, False]:
    sys.exit("changed: typer 0.28.0")
if list(new.values()) != ["3", "3", "refused", date, "2023-11-14T22:13:20+00:00", False, True]:
    sys.exit("changed: typer 0.29.2")
END
