"""A network as a Python module of its own: readable, runnable with torch alone, a start for one's own training code.

What is written is the network that `build_network` builds: the blocks that it uses are copied from nasport's own files,
each cell of the document is a class, and `Network` stacks them. From the same random seed both start with the same
parameters. Names of a document get into the text as identifiers of letters, digits and `_` alone, other text of it only
into docstrings, escaped.
"""

from __future__ import annotations

from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.toolkit.networks.python_source.blocks import copied_blocks
from nasport.toolkit.networks.python_source.line_breaking import text_of
from nasport.toolkit.networks.python_source.naming import escaped
from nasport.toolkit.networks.python_source.network import image_network
from nasport.toolkit.networks.python_source.recurrent_text import recurrent_network


def source_text(architecture: Architecture) -> str:
    """The Python module of an architecture's network; the same document gives the same text.

    Raises:
        InputError: as `build_network`.
    """
    recurrent = architecture.is_recurrent
    written = recurrent_network(architecture) if recurrent else image_network(architecture)
    blocks = copied_blocks(written.needs)
    body = "\n".join(text_of([*blocks, *written.classes, written.main], 2))
    name = escaped(architecture.name, 60)
    kind = "recurrent network" if recurrent else "network of images"
    docstring = [
        f'"""A {kind}, written by nasport. It needs nothing but torch.',
        "",
        *([f"Name: {name}"] if name else []),
        f"Hash of the architecture: {architecture_hash(architecture)}",
        "",
        *[f"    {line}" for line in written.usage],
        "",
        *written.notes,
        '"""',
    ]
    imports = [
        *(["import math", ""] if "math." in body else []),
        "import torch",
        *(["import torch.nn.functional as F"] if "F." in body else []),
        "from torch import Tensor, nn",
    ]
    head = text_of([docstring, ["from __future__ import annotations"], imports], 1)
    return "\n".join(head) + "\n\n\n" + body + "\n"
