"""Source text of a Python module that defines a network and needs only torch, as a start for training code.

The text defines the network that `build_network` builds. Building blocks are copied from nasport's files, each cell of the
document becomes a class, and the class `Network` stacks them. With the same random seed, both networks have the same initial
parameters. Names from the document become identifiers of letters, digits and `_`; other texts appear only in docstrings, escaped.
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
    """Return the source text of an architecture's network; the same document gives the same text.

    Raises:
        InputError: `build_network` cannot build the network.
    """
    recurrent = architecture.is_recurrent
    written = recurrent_network(architecture) if recurrent else image_network(architecture)
    blocks = copied_blocks(written.needs)
    body = "\n".join(text_of([*blocks, *written.classes, written.main], 2))
    name = escaped(architecture.name, 60)
    kind = "A recurrent network" if recurrent else "An image network"
    docstring = [
        f'"""{kind}, written by nasport. It needs only torch.',
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
