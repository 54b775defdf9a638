"""Typer commands made of dataclasses of options, and a group that imports a command only when it is used."""

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
    """A group of commands that imports the module of a command only to run the command or to print its help.

    Attributes:
        summaries: help text by command name; the list of commands shows the first line.
    """

    summaries: Mapping[str, str] = {}

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(self.summaries)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        if cmd_name not in self.summaries:
            # typer suggests similar names among `self.commands`.
            self.commands = dict.fromkeys(self.summaries, TyperCommand(None))
            return None
        return command(cmd_name, self.summaries[cmd_name])

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        with formatter.section("Commands"):
            formatter.write_dl([(name, help.splitlines()[0]) for name, help in self.summaries.items()])


def command(name: str, help: str) -> TyperCommand:
    """Return the typer command that calls the function `run` of the command's module.

    Args:
        name: of the command. The annotation of the parameter `options` of `run` names its dataclass of options.
        help: help text; its first paragraph is the summary.
    """
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
            chosen = options(**given)
        except InputError as error:
            raise typer.BadParameter(error.problem) from error
        raise typer.Exit(run(chosen))

    parameters = [Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    parameters += [_parameter(each) for each in _in_order(options) if about(each).in_shell]
    callback.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    callback.__annotations__ = {each.name: each.annotation for each in parameters}
    app = typer.Typer(add_completion=False, **SETTINGS)
    app.command(name, help=help)(callback)
    typer_command = typer.main.get_command(app)
    assert isinstance(typer_command, TyperCommand)
    return typer_command


def _in_order(options: type[Options]) -> list[Field[Any]]:
    """Return the fields of a class of options, its own before the inherited ones."""
    names = [name for base in options.__mro__ for name in vars(base).get("__annotations__", ())]
    return sorted(fields(options), key=lambda each: names.index(each.name))


def _parameter(option: Field[Any]) -> Parameter:
    """Return the typer parameter of an option."""
    description = about(option)
    types = str(option.type).split(" | ")
    type_ = next(name for name in ("bool", "int", "float", "Sequence[str]", "Path", "str") if name in types)
    shell_type: Any = {"bool": bool, "int": int, "float": float, "Sequence[str]": list[str]}.get(type_, str)
    required = option.default is MISSING

    def completed(incomplete: str) -> list[str]:
        values = suggested(description.suggest) if description.suggest else description.words
        return [value for value in values if value.startswith(incomplete)]

    usual_metavar = KINDS[description.suggest][0] if description.suggest else _METAVARS.get(type_)
    settings: dict[str, Any] = {
        "help": description.help,
        "metavar": description.metavar or "|".join(description.words) or usual_metavar,
        "show_default": not required and type_ != "bool" and option.default not in (None, (), ""),
        "autocompletion": completed,
    }
    info = typer.Option(*description.flags, **settings) if description.flags else typer.Argument(**settings)
    default = Parameter.empty if required else (None if option.default == () else option.default)
    annotation = shell_type if required or type_ == "bool" else shell_type | None
    return Parameter(
        option.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, info]
    )
