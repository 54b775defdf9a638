"""Check for optional packages, and return the command that installs a missing one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from nasport.schemas.errors import MissingRuntimeError

_CHECKOUT = Path(__file__).parents[2]


def require(extra: str, purpose: str, *modules: str) -> None:
    """Import optional modules, so that a missing one is reported before any work begins.

    Args:
        extra: extra of nasport that installs them.
        purpose: end of the sentence "expected it ...".
        modules: names of the modules.

    Raises:
        MissingRuntimeError: a module, or a package that it needs, is not installed.
    """
    for module in modules:
        try:
            import_module(module)
        except ImportError as error:
            raise MissingRuntimeError(
                f"{error.name or module} is missing, expected it {purpose}: {pip_install(extra)}"
            ) from error


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
