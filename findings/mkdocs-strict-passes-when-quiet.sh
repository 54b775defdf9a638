#!/bin/sh
# `mkdocs build --strict --quiet` succeeds on a site for which `mkdocs build --strict` fails.
#
# Versions: mkdocs 1.6.1; Python 3.11 to 3.13. Not run by CI: it downloads it.
#
# Strict mode counts the warnings that the logger of mkdocs passes on. `--quiet` raises the level of that logger to "error", so the
# counter never sees a warning. `strict: true` in mkdocs.yml behaves the same. The build has to print its messages in order
# to fail: who wants a silent one redirects the output instead.
#
# A build of documentation in CI is where both options meet: the site below has a link to a page that does not exist.
#
# Seen:
#   mkdocs build                         exit status 0, 1 warning
#   mkdocs build --strict                exit status 1, 1 warning
#   mkdocs build --strict --quiet        exit status 0, 0 warnings
#   mkdocs build --quiet, strict: true   exit status 0, 0 warnings
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet mkdocs==1.6.1
cd "$folder"
mkdir docs
printf 'site_name: A site\n' > mkdocs.yml
printf 'site_name: A site\nstrict: true\n' > strict.yml
printf '# A page\n\n[A link](missing.md)\n' > docs/index.md
cat > quiet.py <<'END'
import subprocess
import sys
from pathlib import Path

MKDOCS = Path(sys.executable).parent / "mkdocs"
RUNS = {
    "mkdocs build": [],
    "mkdocs build --strict": ["--strict"],
    "mkdocs build --strict --quiet": ["--strict", "--quiet"],
    "mkdocs build --quiet, strict: true": ["--quiet", "--config-file", "strict.yml"],
}
seen = []
for name, options in RUNS.items():
    done = subprocess.run([MKDOCS, "build", *options], capture_output=True, text=True)
    warnings = (done.stdout + done.stderr).count("WARNING")
    print(f"{name:36} exit status {done.returncode}, {warnings} warning{'s' * (warnings != 1)}")
    seen.append((done.returncode, warnings))
expected = [(0, 1), (1, 1), (0, 0), (0, 0)]
if seen != expected:
    sys.exit(f"changed: expected {expected}")
END
"$folder/venv/bin/python" quiet.py
