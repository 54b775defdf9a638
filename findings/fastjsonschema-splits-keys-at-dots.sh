#!/bin/sh
# fastjsonschema's path of an error is wrong if a key contains a dot or a bracket: "layer1.0.conv" becomes three keys.
#
# Versions: fastjsonschema 2.22.3; Python 3.11 to 3.13. Not run by CI: it downloads it.
#
# The library builds the name of a value as one string ("data.weights.layer1.0.conv"), and the attribute `path` of the
# exception is that string split again at dots and brackets. Indices of lists are strings in it too. So the path does not lead to
# the value, and what is printed cannot be told from nested objects. The message has the same name.
#
# Names of layers in PyTorch are such keys. A program that looks up the value, or the part of the schema, by `path` must check that
# it found the value `error.value`.
#
# Seen:
#   key "layer1":            path data, weights, layer1
#   key "layer1.0.conv":     path data, weights, layer1, 0, conv
#   key "layer1[0]":         path data, weights, layer1, 0
#   list in "layer1":        path data, weights, layer1, 0
#   message of the second: data.weights.layer1.0.conv must be integer
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fastjsonschema==2.22.3
cd "$folder"
cat > dots.py <<'END'
import sys

import fastjsonschema

number = {"type": ["integer", "array"], "items": {"type": "integer"}}
validate = fastjsonschema.compile({"properties": {"weights": {"additionalProperties": number}}})
simple = fastjsonschema.compile({"properties": {"weights": {"additionalProperties": {"type": "integer"}}}})


def error(check, key, value):
    try:
        check({"weights": {key: value}})
    except fastjsonschema.JsonSchemaValueException as found:
        return found
    sys.exit("changed: no error")


seen = {
    'key "layer1"': error(simple, "layer1", "x"),
    'key "layer1.0.conv"': error(simple, "layer1.0.conv", "x"),
    'key "layer1[0]"': error(simple, "layer1[0]", "x"),
    'list in "layer1"': error(validate, "layer1", ["x"]),
}
for name, found in seen.items():
    print(f"{name + ':':24} path {', '.join(found.path)}")
paths = [found.path[2:] for found in seen.values()]
message = seen['key "layer1.0.conv"'].message
print(f"message of the second: {message}")
expected = [["layer1"], ["layer1", "0", "conv"], ["layer1", "0"], ["layer1", "0"]]
if paths != expected or message != "data.weights.layer1.0.conv must be integer":
    sys.exit(f"changed: expected {expected}")
END
"$folder/venv/bin/python" dots.py
