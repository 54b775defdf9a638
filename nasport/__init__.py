"""nasport ranks neural architectures without training them.

    import nasport

    nasport.score("arch.json").score
    nasport.search("nasbench201", limits={"parameters": 1e6}).winners[0].architecture

Every public name is imported on first access. The package itself imports only the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nasport.runtime.predictor import Predictor, Score
    from nasport.schemas.architecture import Architecture
    from nasport.schemas.errors import InputError
    from nasport.toolkit.python_api import adapt, convert, load, parse, rank, read, score, search
    from nasport.toolkit.spaces import SearchSpace as Space

    __version__: str

__all__ = [
    "Architecture",
    "InputError",
    "Predictor",
    "Score",
    "Space",
    "__version__",
    "adapt",
    "convert",
    "load",
    "parse",
    "rank",
    "read",
    "score",
    "search",
]

# Module and attribute of each public name. All other public names are functions of nasport.toolkit.python_api.
_LOCATIONS = {
    "__version__": ("nasport.version", "VERSION"),
    "Architecture": ("nasport.schemas.architecture", "Architecture"),
    "InputError": ("nasport.schemas.errors", "InputError"),
    "Predictor": ("nasport.runtime.predictor", "Predictor"),
    "Score": ("nasport.runtime.predictor", "Score"),
    "Space": ("nasport.toolkit.spaces", "SearchSpace"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'nasport' has no attribute {name!r}")
    from importlib import import_module

    module, name_there = _LOCATIONS.get(name, ("nasport.toolkit.python_api", name))
    return getattr(import_module(module), name_there)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
