#!/bin/sh
# fastjsonschema reports another error for the same document in every process: it walks over additional properties in a set.
#
# Versions: fastjsonschema 2.22.3; Python 3.11 to 3.13. Not run by CI: it downloads it.
#
# The validator stops at the first violation. The keys that `additionalProperties` describes are put into a set, whose order
# follows Python's hashes of texts, which every process salts anew (PYTHONHASHSEED). So a document with two mistakes gets one
# message or the other. Log files and tests that compare messages change from run to run. `jsonschema` walks in the order of
# the document.
#
# A program that needs a stable message can generate code (`compile_to_code`) and replace the sets of keys by lists.
#
# Seen, of 20 processes for a document with the wrong keys a, b, c and d:
#   fastjsonschema: each of a, b, c, d was the first in some process
#   jsonschema: always a
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fastjsonschema==2.22.3 jsonschema==4.26.0
cd "$folder"
cat > first.py <<'END'
import sys

import fastjsonschema
import jsonschema

schema = {"type": "object", "additionalProperties": {"type": "integer"}}
document = {"a": "x", "b": "x", "c": "x", "d": "x"}
if sys.argv[1] == "fastjsonschema":
    try:
        fastjsonschema.compile(schema)(document)
    except fastjsonschema.JsonSchemaValueException as error:
        print(error.path[1])
else:
    error = next(jsonschema.Draft7Validator(schema).iter_errors(document))
    print(error.path[0])
END
for library in fastjsonschema jsonschema; do
    for seed in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
        PYTHONHASHSEED=$seed "$folder/venv/bin/python" first.py $library
    done | sort -u | tr '\n' ' ' > "$library.txt"
    echo "$library: $(cat "$library.txt")"
done
[ "$(cat fastjsonschema.txt)" = "a b c d " ] || { echo "changed: expected each of a, b, c, d"; exit 1; }
[ "$(cat jsonschema.txt)" = "a " ] || { echo "changed: expected always a"; exit 1; }
