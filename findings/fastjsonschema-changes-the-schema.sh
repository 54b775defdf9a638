#!/bin/sh
# fastjsonschema.compile changes the dict that it compiles: references become absolute if the schema has an "$id" with a path.
#
# Versions: fastjsonschema 2.22.3, jsonschema 4.26.0; Python 3.11 to 3.13. Not run by CI: it downloads them.
#
# "#/definitions/size" becomes "net.json#/definitions/size", or the same with the whole URL, in the caller's own object. With
# a "urn:" as "$id", or without one, the object stays as it is. The schema still means the same, until a part of it is used: who
# then hands out one definition, prints the schema, hashes it or writes it to a file has references to a document that the
# reader must load. jsonschema checks such a part before the compilation, and raises "Unresolvable" after it.
# A copy (`copy.deepcopy`) before the compilation, or a "urn:", prevents it.
#
# Seen (reference after compilation, and what jsonschema does with the part that has it):
#   no "$id":                            #/definitions/size, 1 error
#   "$id" urn:example:net:               #/definitions/size, 1 error
#   "$id" net.json:                      net.json#/definitions/size, Unresolvable
#   "$id" https://example.com/net.json:  https://example.com/net.json#/definitions/size, Unresolvable
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fastjsonschema==2.22.3 jsonschema==4.26.0
cd "$folder"
cat > changes.py <<'END'
import sys

import fastjsonschema
import jsonschema
import referencing


def compiled(name):
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"size": {"type": "integer"}},
        "properties": {"width": {"$ref": "#/definitions/size"}},
    }
    if name is not None:
        schema["$id"] = name
    fastjsonschema.compile(schema)
    part = {"definitions": schema["definitions"], "properties": schema["properties"]}
    try:
        errors = len(list(jsonschema.Draft7Validator(part, registry=referencing.Registry()).iter_errors({"width": "wide"})))
        result = f"{errors} error"
    except Exception as error:
        result = "Unresolvable" if "Unresolvable" in repr(error) else repr(error)
    return schema["properties"]["width"]["$ref"], result


local = "#/definitions/size"
names = [None, "urn:example:net", "net.json", "https://example.com/net.json"]
changed = []
for name in names:
    found = compiled(name)
    title = 'no "$id":' if name is None else f'"$id" {name}:'
    print(f"{title:36} {', '.join(found)}")
    kept = name is None or name.startswith("urn:")
    if found != ((local, "1 error") if kept else (name + local, "Unresolvable")):
        changed.append(title)
if changed:
    sys.exit(f"changed: {' '.join(changed)}")
END
"$folder/venv/bin/python" changes.py
