"""nasport ranks neural architectures without training them.

    import nasport

    nasport.score("arch.json").score
    nasport.search("nasbench201", limits={"parameters": 1e6}).winners[0].architecture

Each name is loaded when it is first asked for: the import itself loads nothing but the standard library.
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

# Where those stand that are no function of the front door: module, and name there.
_ELSEWHERE = {
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

    module, there = _ELSEWHERE.get(name, ("nasport.toolkit.python_api", name))
    return getattr(import_module(module), there)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
