"""The shell's side of options: a dataclass of them as a command, and a group of commands that are loaded one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from importlib import import_module
from inspect import Parameter, Signature, get_annotations
from keyword import iskeyword
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nasport.schemas.errors import InputError
from nasport.toolkit.options import Options, about
from nasport.toolkit.suggestions import KINDS, suggested

SETTINGS: dict[str, Any] = {
    "context_settings": {"help_option_names": ["-h", "--help"]},
    "rich_markup_mode": None,
}
COMMANDS = "nasport.toolkit.commands"
_METAVARS = {"int": "N", "float": "X", "Path": "PATH", "str": "TEXT", "Sequence[str]": "TEXT"}


class LazyGroup(TyperGroup):
    """Commands of which a name and a summary are known, and more only when they are run or asked for help."""

    summaries: Mapping[str, str] = {}

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(self.summaries)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        if cmd_name not in self.summaries:
            self.commands = dict.fromkeys(self.summaries, TyperCommand(None))  # of which near ones are told
            return None
        return command(cmd_name, self.summaries[cmd_name])

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        with formatter.section("Commands"):
            formatter.write_dl([(name, words.splitlines()[0]) for name, words in self.summaries.items()])


def command(name: str, help: str) -> TyperCommand:
    """The command of this name: the function `run` of its module, and the options that it takes."""
    module = name.replace("-", "_") + ("_" if iskeyword(name) else "")
    run = import_module(f"{COMMANDS}.{module}").run
    options: type[Options] = get_annotations(run, eval_str=True)["options"]

    def callback(context: typer.Context, **values: Any) -> None:
        given = {
            name: value
            for name, value in values.items()
            if value is not None and context.get_parameter_source(name).name != "DEFAULT"  # type: ignore[union-attr]
        }
        try:
            made = options(**given)
        except InputError as error:
            raise typer.BadParameter(error.problem) from error
        raise typer.Exit(run(made))

    parameters = [Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    parameters += [_parameter(each) for each in _in_order(options) if about(each).in_shell]
    callback.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    callback.__annotations__ = {each.name: each.annotation for each in parameters}
    app = typer.Typer(add_completion=False, **SETTINGS)
    app.command(name, help=help)(callback)
    made = typer.main.get_command(app)
    assert isinstance(made, TyperCommand)
    return made


def _in_order(options: type[Options]) -> list[Field[Any]]:
    """Fields of the class itself first, then those that it shares with others."""
    names = [name for base in options.__mro__ for name in vars(base).get("__annotations__", ())]
    return sorted(fields(options), key=lambda each: names.index(each.name))


def _parameter(of: Field[Any]) -> Parameter:
    told = about(of)
    kinds = str(of.type).split(" | ")
    kind = next(kind for kind in ("bool", "int", "float", "Sequence[str]", "Path", "str") if kind in kinds)
    taken: Any = {"bool": bool, "int": int, "float": float, "Sequence[str]": list[str]}.get(kind, str)
    required = of.default is MISSING

    def completed(incomplete: str) -> list[str]:
        values = suggested(told.suggest) if told.suggest else told.words
        return [value for value in values if value.startswith(incomplete)]

    usual = KINDS[told.suggest][0] if told.suggest else _METAVARS.get(kind)
    shown: dict[str, Any] = {
        "help": told.help,
        "metavar": told.metavar or "|".join(told.words) or usual,
        "show_default": bool(of.default) and kind != "bool" and not required,
        "autocompletion": completed,
    }
    info = typer.Option(*told.flags, **shown) if told.flags else typer.Argument(**shown)
    default = Parameter.empty if required else (None if of.default == () else of.default)
    annotation = taken if required or kind == "bool" else taken | None
    return Parameter(of.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, info])
