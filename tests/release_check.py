"""Build the wheel and the source distribution, check them, and run the wheel in a new environment of every Python.

    make release-check

For Python versions without an interpreter, pip only resolves the packages. The environment variable PYTHONS, a list of
interpreters separated by spaces, replaces the interpreters that are found.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
EXAMPLE = ROOT / "examples" / "resnet_like_cell.json"
LARGEST_WHEEL = int(22.7 * 2**20)
LONGEST_INSTALL = 25.0  # seconds from a wheel to a score, with packages that pip has cached
KEPT_BACK = ("universal-without-", "judgements.npz")
SHIPPED = {"tgnas-nb101", "tgnas-nb101-nb201", "universal"}


def main() -> None:
    """Run all checks; the first failure ends with an exception."""
    wheel = built_wheel()
    check_wheel(wheel)
    scores = []
    for version in python_versions():
        python = interpreter(version)
        if python is None:
            resolve(wheel, version)
            print(f"Python {version}: no interpreter; pip finds packages for all extras, nothing was run")
        else:
            scores.append(score_in_new_environment(wheel, python))
    if len(set(scores)) != 1:
        raise SystemExit(f"expected the same score in every environment, found {scores}")
    build_image(wheel)


def built_wheel() -> Path:
    """Build both distributions into `dist/`, after those of earlier builds are removed, and check their metadata."""
    for old in DIST.glob("nasport-*"):
        old.unlink()
    run(sys.executable, "-m", "build", "--outdir", DIST, ROOT)
    files = sorted(DIST.glob("nasport-*"))
    run(sys.executable, "-m", "twine", "check", "--strict", *files)
    for file in files:
        print(f"{file.name}: {file.stat().st_size:,} bytes")
    (wheel,) = DIST.glob("nasport-*.whl")
    return wheel


def check_wheel(wheel: Path) -> None:
    """Check the size of the wheel, and that it excludes certain files."""
    size = wheel.stat().st_size
    if size > LARGEST_WHEEL:
        raise SystemExit(f"{wheel.name} has {size:,} bytes, expected at most {LARGEST_WHEEL:,}")
    with zipfile.ZipFile(wheel) as archive:
        extra = [name for name in archive.namelist() if any(part in name for part in KEPT_BACK)]
    if extra:
        raise SystemExit(f"{wheel.name} contains {extra[0]}, which only the repository should have")


def python_versions() -> list[str]:
    """Return the versions that the classifiers name, such as `3.11`; those of PYTHONS if it is set."""
    if "PYTHONS" in os.environ:
        return os.environ["PYTHONS"].split()
    with (ROOT / "pyproject.toml").open("rb") as stream:
        classifiers = tomllib.load(stream)["project"]["classifiers"]
    found = [
        line.rpartition(" ")[2] for line in classifiers if line.startswith("Programming Language :: Python")
    ]
    return [version for version in found if version.count(".") == 1]


def interpreter(version: str) -> str | None:
    """Return an interpreter of a version from PATH or from pyenv; None if none works."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), reverse=True)
    for candidate in (version, shutil.which(f"python{version}"), *pyenv):
        if (
            candidate
            and shutil.which(candidate)
            and not subprocess.run([candidate, "-V"], capture_output=True).returncode
        ):
            return str(candidate)
    return None


def resolve(wheel: Path, version: str) -> None:
    """Let pip find packages of every extra for a version of Python that is not installed."""
    for extra in ("cpu", "cpu,onnx,search,gennas", "cpu,train"):
        with TemporaryDirectory() as folder:
            run(
                sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--target", folder,
                "--python-version", version, "--only-binary=:all:", "--constraint", ROOT / "constraints.txt", f"{wheel}[{extra}]",
            )  # fmt: skip


def score_in_new_environment(wheel: Path, python: str) -> float:
    """Install the wheel as the Dockerfile does, run the commands that need nothing else, and return the example's score."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        run(python, "-m", "venv", folder / "environment")
        bin = folder / "environment" / "bin"
        start = time.perf_counter()
        run(
            bin / "pip", "install", "--quiet", "--disable-pip-version-check",
            "--constraint", ROOT / "constraints.txt", f"{wheel}[cpu]",
        )  # fmt: skip
        installed = time.perf_counter() - start
        found = json.loads(run(bin / "nasport", "score", "--json", EXAMPLE, cwd=folder))
        seconds = time.perf_counter() - start
        version = run(bin / "nasport", "--version", cwd=folder).split()[-1]
        if version.partition("+")[0] not in wheel.name:
            raise SystemExit(f"nasport --version says {version}, expected the version of {wheel.name}")
        bundles = [
            json.loads(line)["name"]
            for line in run(bin / "nasport", "bundles", "--json", cwd=folder).splitlines()
        ]
        if set(bundles) != SHIPPED:
            raise SystemExit(f"the wheel lists the bundles {bundles}, expected {sorted(SHIPPED)}")
        for_checking = subprocess.run(
            [bin / "nasport", "score", "--bundle", "universal-without-nds", EXAMPLE],
            capture_output=True, text=True, cwd=folder,
        )  # fmt: skip
        if for_checking.returncode != 2 or "only in the source repository" not in for_checking.stderr:
            raise SystemExit(f"a bundle for checking gives {for_checking.stderr!r}")
        hinted = run(
            bin / "pip",
            "install",
            "--dry-run",
            "--constraint",
            ROOT / "constraints.txt",
            "nasport[search]",
            cwd=folder,
        )
        if "Would install" not in hinted or "pymoo" not in hinted:
            raise SystemExit(f"`pip install 'nasport[search]'`, as messages say, gives {hinted}")
        packages = run(bin / "pip", "list", "--format=freeze", cwd=folder)
        if "torch" in packages:
            raise SystemExit("the small runtime installed torch")
    print(
        f"{run(python, '-V').strip()}: installed in {installed:.1f} s, first score after {seconds:.1f} s: {found['score']}"
    )
    if seconds > LONGEST_INSTALL:  # only a warning, because it depends on the network and the load
        print(f"    slow: expected the first score after at most {LONGEST_INSTALL:g} s on an idle machine")
    return float(found["score"])


def build_image(wheel: Path) -> None:
    """Build the image and score in it, if a Docker daemon runs here."""
    if shutil.which("docker") is None or subprocess.run(["docker", "info"], capture_output=True).returncode:
        print(
            "Docker: no daemon, the image was not built; the commands of the Dockerfile ran in the environments above"
        )
        return
    run("docker", "build", "--tag", "nasport:release-check", ROOT)
    mount = f"{EXAMPLE.parent}:/data:ro"
    print(run("docker", "run", "--rm", "--volume", mount, "nasport:release-check", "score", EXAMPLE.name))


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a command and return its output; a failure ends with all that it wrote."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        words: Sequence[str] = [str(part) for part in command]
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
