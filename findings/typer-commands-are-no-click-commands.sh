#!/bin/sh
# From version 0.26 on Typer carries a copy of click. What a program takes from the package click then no longer meets Typer:
# exceptions end as tracebacks, the current context is missing, and sphinx-click documents nothing.
#
# Versions: typer 0.25.1 and 0.29.2, click 8.3.0, sphinx-click 6.2.0, sphinx 8.2.3; Python 3.11 to 3.13. Not run by CI: it
# downloads them.
#
# Up to 0.25 the command that Typer makes is a click.Command. Later its classes come from typer._click, while many
# environments still contain click because of other packages, so that `import click` succeeds. A program that raises
# click.BadParameter exited with 2 and one line of usage; now it exits with 1 and a traceback. sphinx-click reports an error
# for the command and leaves the page empty, and the build exits with 0 unless warnings count as errors. The names in `typer`
# itself (typer.BadParameter, typer.Exit, typer.Context) work in both. mkdocs-click 0.9.0 works with both, because it asks
# for attributes rather than for the class.
#
# A range such as `typer>=0.15` spans both behaviors, so a new installation may have the other exit status.
#
# Seen:
#                                      typer 0.25.1    typer 0.29.2
#   the command is a click.Command     True            False
#   exit status, click.BadParameter    2               1
#   exit status, typer.BadParameter    2               2
#   click.get_current_context          found           RuntimeError
#   options in the page by Sphinx      1               0
#   exit status of Sphinx              0               0
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir page
printf 'import sys\nsys.path.insert(0, "..")\nextensions = ["sphinx_click"]\n' > page/conf.py
printf 'Commands\n========\n\n.. click:: app:command\n   :prog: app\n' > page/index.rst
cat > app.py <<'END'
import click
import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def rank(count: int = typer.Option(1, help="Number of networks.")):
    """Rank networks."""
    if count == 2:
        raise click.BadParameter("expected an odd number")
    if count == 4:
        raise typer.BadParameter("expected an odd number")
    try:
        click.get_current_context()
        print("found")
    except RuntimeError as error:
        print(type(error).__name__)


command = typer.main.get_command(app)
if __name__ == "__main__":
    app()
END
cat > meets.py <<'END'
import json
import subprocess
import sys
from pathlib import Path

import click

from app import command


def run(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True)


sphinx = run("-m", "sphinx", "-q", "-E", "-b", "text", "page", "made")
found = {
    "the command is a click.Command": isinstance(command, click.Command),
    "exit status, click.BadParameter": run("app.py", "--count", "2").returncode,
    "exit status, typer.BadParameter": run("app.py", "--count", "4").returncode,
    "click.get_current_context": run("app.py").stdout.strip(),
    "options in the page by Sphinx": Path("made/index.txt").read_text().count("--count"),
    "exit status of Sphinx": sphinx.returncode,
}
print(json.dumps(found))
END
for version in 0.25.1 0.29.2; do
    python3 -m venv "$version"
    "$version/bin/pip" install --quiet typer==$version click==8.3.0 sphinx-click==6.2.0 sphinx==8.2.3
    "$version/bin/python" meets.py > "$version.json"
done
python3 - <<'END'
import json
import sys

old, new = (json.load(open(f"{version}.json")) for version in ("0.25.1", "0.29.2"))
print(f"{'':35}typer 0.25.1    typer 0.29.2")
for name in old:
    print(f"{name:35}{old[name]!s:16}{new[name]}")
if list(old.values()) != [True, 2, 2, "found", 1, 0] or list(new.values()) != [False, 1, 2, "RuntimeError", 0, 0]:
    sys.exit("changed")
END
