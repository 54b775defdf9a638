"""What the writers of networks of images and of recurrent ones give: the parts of a module."""

from __future__ import annotations

from dataclasses import dataclass

from nasport.toolkit.networks.source.blocks import Copied


@dataclass(frozen=True)
class Written:
    """The parts of a written module.

    Attributes:
        classes: the lines of each of its own classes, in order.
        needs: classes and functions to copy.
        main: the lines that run when it is run as a script.
        usage: lines of an example.
        notes: lines of the docstring after it.
        recurrent: whether it is a recurrent network, not one of images.
    """

    classes: list[list[str]]
    needs: list[Copied]
    main: list[str]
    usage: list[str]
    notes: list[str]
    recurrent: bool = False
