"""How what is missing is installed, as messages say it: a command that works where nasport was installed from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

_CHECKOUT = Path(__file__).parents[2]


def pip_install(*extras: str) -> str:
    """The command that installs extras of nasport, such as `gennas`.

    From the checkout that this is, or from where pip took nasport; where that is gone or was an index, the packages of the
    extras by their own names.
    """
    import shlex  # no need to load it where nothing is missing

    wanted = ",".join(extras)
    if (_CHECKOUT / "pyproject.toml").is_file():
        return f"pip install -e {shlex.quote(f'{_CHECKOUT}[{wanted}]')}"
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        installed = distribution("nasport")
    except PackageNotFoundError:
        return f"pip install {shlex.quote(f'nasport[{wanted}]')}"
    url = json.loads(installed.read_text("direct_url.json") or "{}").get("url", "")
    if url and (not url.startswith("file:") or Path(unquote(url.removeprefix("file://"))).exists()):
        return f"pip install {shlex.quote(f'nasport[{wanted}] @ {url}')}"
    of_extras = re.compile(rf"extra\s*==\s*['\"]({'|'.join(map(re.escape, extras))})['\"]")
    needed = [each.partition(";")[0].strip() for each in installed.requires or () if of_extras.search(each)]
    return f"pip install {' '.join(map(shlex.quote, needed))}"
