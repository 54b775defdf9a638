"""The command that installs a missing package, for error messages."""

from __future__ import annotations

from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]


def pip_install(*extras: str) -> str:
    """Return the command that installs extras of nasport, such as `gennas`.

    In a clone, the command installs the clone. Elsewhere it names nasport alone: pip keeps the nasport that is installed,
    wherever it came from, and adds the packages of the extras.
    """
    import shlex  # loaded only if something is missing

    wanted = ",".join(extras)
    if (_CHECKOUT / "pyproject.toml").is_file():
        return f"pip install -e {shlex.quote(f'{_CHECKOUT}[{wanted}]')}"
    return f"pip install {shlex.quote(f'nasport[{wanted}]')}"
