#!/bin/sh
# Two JSON Schema libraries report another first error for one document in every process: they walk over its keys in a set.
#
# Versions: jsonschema 4.26.0, fastjsonschema 2.22.3; Python 3.11 to 3.13. Not run by CI: it downloads them.
#
# The keys that `additionalProperties` describes are put into a set, whose order follows Python's hashes of texts, which every
# process salts anew (PYTHONHASHSEED). So `next(validator.iter_errors(document))`, and the only error of fastjsonschema, name one
# mistake or another. Log files and tests that compare messages change from run to run.
#
# With jsonschema, `best_match` is stable here, as are sorted errors. With fastjsonschema, generated code (`compile_to_code`) can use lists
# instead of sets.
#
# Seen, for a document with the wrong keys a, b, c and d, in 20 processes:
#   fastjsonschema: a b c d (each was the first in some process)
#   jsonschema: a b c d
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
for library in fastjsonschema jsonschema; do
    [ "$(cat "$library.txt")" = "a b c d " ] || { echo "changed: expected each of a, b, c, d of $library"; exit 1; }
done
