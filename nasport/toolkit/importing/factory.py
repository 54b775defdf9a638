"""Calls of factories of torch modules, written `package.module:factory(arguments)`.

A factory is the user's own code: its module is imported and the factory is called.
"""

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
    """Return whether a text has the form `package.module:factory(arguments)`."""
    return _FACTORY.fullmatch(text.strip()) is not None


def module_of_factory(text: str) -> tuple[torch.nn.Module, str]:
    """Call a factory and return its torch module.

    Args:
        text: `package.module:factory(arguments)`; arguments are literals, and the parentheses are optional.

    Returns:
        torch module, and the name of the factory.

    Raises:
        InputError: the module or the factory does not exist, its arguments are not literals, it fails, or it returns
            something else than a torch module.
    """
    match = _FACTORY.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{text!r:.80}, expected package.module:factory(arguments)")
    package, name, call = match.groups()
    positional, named = _arguments(call or "()", text)
    try:
        import torch
    except ImportError:
        raise InputError(f"a factory of torch modules needs torch: {pip_install('gennas')}") from None
    if "" not in sys.path:
        sys.path.insert(0, "")  # finds modules in the current folder, as `python -m` does
    try:
        factory = getattr(importlib.import_module(package), name)
        module = factory(*positional, **named)
    except (Exception, SystemExit) as error:  # the user's own code may fail in any way
        raise InputError(f"{text.strip():.80}: {type(error).__name__}: {error!s:.200}") from error
    if not isinstance(module, torch.nn.Module):
        raise InputError(f"{text.strip():.80} returned {type(module).__name__!r}, expected a torch.nn.Module")
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
