"""Factories of torch modules by their names, `package.module:factory(arguments)`: the user's own code, which runs."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from typing import TYPE_CHECKING, Any

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError

if TYPE_CHECKING:
    import torch

_FACTORY = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)(\(.*\))?", re.DOTALL)


def is_factory(text: str) -> bool:
    """Whether a text names a factory, `package.module:factory(arguments)`."""
    return _FACTORY.fullmatch(text.strip()) is not None


def made_by(text: str) -> tuple[torch.nn.Module, str]:
    """What a factory makes, and its name. The module of the factory is imported and the factory called: the user's own code.

    Raises:
        InputError: there is no such module or factory, its arguments are no literals, it fails, or it makes no torch module.
    """
    found = _FACTORY.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{text!r:.80}, expected package.module:factory(arguments)")
    place, name, call = found.groups()
    positional, named = _arguments(call or "()", text)
    try:
        import torch
    except ImportError:
        raise InputError(f"a factory of torch modules needs torch: {pip_install('gennas')}") from None
    if "" not in sys.path:
        sys.path.insert(0, "")  # modules of the current folder, as `python -m` finds them
    try:
        factory = getattr(importlib.import_module(place), name)
        module = factory(*positional, **named)
    except (Exception, SystemExit) as error:  # the user's own code may fail in any way
        raise InputError(f"{text.strip():.80}: {type(error).__name__}: {error!s:.200}") from error
    if not isinstance(module, torch.nn.Module):
        raise InputError(f"{text.strip():.80} makes {type(module).__name__!r}, expected a torch.nn.Module")
    return module, name


def _arguments(call: str, text: str) -> tuple[list[Any], dict[str, Any]]:
    try:
        tree = ast.parse(f"f{call}", mode="eval").body
        if not isinstance(tree, ast.Call) or any(keyword.arg is None for keyword in tree.keywords):
            raise ValueError
        positional = [ast.literal_eval(argument) for argument in tree.args]
        return positional, {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in tree.keywords}
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        problem = f"the arguments of {text.strip()!r:.80}, expected literals such as (num_classes=10)"
        raise InputError(problem) from None
