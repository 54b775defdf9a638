"""Content of the picture of an architecture: boxes and links of its cells, chips of its skeleton, and a legend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from nasport.schemas import (
    Architecture,
    Cell,
    Node,
    NodeKind,
    Operator,
    Stage,
    canonicalize,
    raw_graph,
    stack,
)
from nasport.schemas.graphs.wiring import JOIN_STEP, JOINS, ORDERED
from nasport.schemas.operators import Attributes, plain
from nasport.toolkit.drawing.coordinates import neighbors
from nasport.toolkit.drawing.layout import topological
from nasport.toolkit.drawing.pieces import Box, Chip, Content, Link, Panel, clean, repeated

MAX_CANDIDATES = 8
_JOINED = {"concat": "concat inputs", "product": "multiply inputs", "mean": "average inputs"}


def content_of(architecture: Architecture, *, canonical: bool = False) -> Content:
    """Return the content of the picture of an architecture.

    Args:
        architecture: checked architecture.
        canonical: draw the cells as they are scored; see `panels`.
    """
    name, space = clean(architecture.name, 90), clean(architecture.space, 90)
    return Content(
        name or space,
        space if name else "",
        tuple(panels(architecture, canonical=canonical)),
        tuple(strip(architecture)),
        tuple(legend_of(_used(architecture), architecture.operator)),
    )


def panels(architecture: Architecture, *, canonical: bool = False) -> list[Panel]:
    """Return the cells of an architecture in the order of the document.

    Args:
        architecture: checked architecture.
        canonical: draw what is scored: without `none`, unreachable nodes and unused cells, and with nested sums merged.
    """
    draw = _canonical_panel if canonical else _panel
    cells = architecture.used_cells if canonical else architecture.cells
    return [draw(name, cell, architecture) for name, cell in cells.items()]


def _panel(name: str, cell: Cell, architecture: Architecture) -> Panel:
    number = {node.id: at for at, node in enumerate(cell.nodes)}
    operators = [
        tuple(architecture.operator(key) for key in node.candidates or (node.op,)) for node in cell.nodes
    ]
    kinds = [_kind(alternatives) for alternatives in operators]
    links = tuple(
        Link(number[source], at, note)
        for at, node in enumerate(cell.nodes)
        for source, note in _notes(node.inputs, any(op.ordered for op in operators[at])).items()
    )
    products = {at for at, node in enumerate(cell.nodes) if node.join == "product" or kinds[at] == "product"}
    reachable = _reachable(kinds, links, products)
    boxes = []
    for at, (node, kind) in enumerate(zip(cell.nodes, kinds, strict=True)):
        tooltip = f"{clean(node.id, 80)}: {_texts(operators[at])}"
        boxes.append(Box(_title(node, kind), _lines(node, kind), kind, at not in reachable, tooltip))
    return Panel(panel_title(name, cell.role), tuple(boxes), links)


def panel_title(name: str, role: str) -> str:
    """Return a cell's name, and its role unless it is `normal` or equal to the name."""
    return " · ".join(clean(part) for part in (name, "" if role in ("normal", name) else role) if part)


def _kind(operators: Sequence[Operator]) -> str:
    return operators[0].kind if len(operators) == 1 else "mixed"


def _title(node: Node, kind: str) -> str:
    if node.candidates:
        return f"mean of {len(node.candidates)}"
    return clean(node.role if node.role and kind in ("input", "output") else node.op)


def _lines(node: Node, kind: str) -> tuple[str, ...]:
    lines = [clean(key) for key in node.candidates[:MAX_CANDIDATES]]
    if len(node.candidates) > MAX_CANDIDATES:
        lines.append(f"and {len(node.candidates) - MAX_CANDIDATES} more")
    if node.attributes:
        lines.append(_stated(node.attributes))
    if len(node.inputs) > 1:
        lines += joined_words(node.join, kind)
    return tuple(lines)


def joined_words(join: str, kind: str) -> tuple[str, ...]:
    """Describe how a node joins several inputs; empty for a sum and for the join that its kind implies."""
    return (_JOINED[join],) if join in _JOINED and join != kind else ()


def _stated(attributes: Attributes) -> str:
    return ", ".join(f"{name} {plain(value)}" for name, value in attributes)


def _texts(operators: Sequence[Operator]) -> str:
    return "; ".join(clean(op.text, 120) for op in operators[:MAX_CANDIDATES])


def _notes(inputs: Sequence[str], ordered: bool) -> dict[str, str]:
    """Map every distinct input to a note: its port numbers if their order matters, otherwise its multiplicity above 1."""
    ports: dict[str, list[str]] = {}
    for port, source in enumerate(inputs, 1):
        ports.setdefault(source, []).append(str(port))
    if ordered and len(inputs) > 1:
        return {source: clean(",".join(numbers), 12) for source, numbers in ports.items()}
    return {source: repeated(len(numbers)) for source, numbers in ports.items()}


def _reachable(kinds: Sequence[str], links: Sequence[Link], products: set[int]) -> set[int]:
    """Return the nodes on a path from an input to an output that avoids `none` and products with `none`."""
    edges = [(link.source, link.target) for link in links]
    order = topological(len(kinds), edges)
    fed_by, _ = neighbors(len(kinds), edges)
    zero: set[int] = set()
    fed: set[int] = set()
    for node in order:
        if kinds[node] == "none" or (node in products and any(u in zero for u in fed_by[node])):
            zero.add(node)
        elif kinds[node] == "input" or any(u in fed for u in fed_by[node]):
            fed.add(node)
    needed: set[int] = set()
    for node in reversed(order):
        if node in fed and (kinds[node] == "output" or node in needed):
            needed.update(fed_by[node])
    return {node for node in fed if kinds[node] == "output" or node in needed}


def _canonical_panel(name: str, cell: Cell, architecture: Architecture) -> Panel:
    """Return the canonical form of a cell, which is the graph that is scored."""
    alone = Architecture({name: cell}, operators=architecture.operators)
    batch = canonicalize(stack([raw_graph(alone)]))
    kinds = [batch.kinds[row] for row, is_node in zip(batch.index[0], batch.mask[0], strict=True) if is_node]
    keys = _keys(cell, architecture)
    labels = batch.labels[0].tolist()
    boxes = tuple(_canonical_box(kind, keys, labels[at]) for at, kind in enumerate(kinds))
    links = tuple(
        Link(u, v, _note_of(label)) for v in range(len(kinds)) for u, label in enumerate(labels[v]) if label
    )
    return Panel(panel_title(name, cell.role), boxes, links)


def _canonical_box(kind: NodeKind, keys: Mapping[Operator, str], labels: Sequence[int]) -> Box:
    names = [keys.get(op, op.text) for op in kind.operators]
    several = tuple(names) if len(names) > 1 else ()
    joins = {label // JOIN_STEP for label in labels if 0 < label < ORDERED}
    join = next((name for name, code in JOINS.items() if code and code in joins), "")
    # Two inputs, because the join is shown only for nodes with several inputs.
    node = Node("", "" if several else names[0], ("", "") if join else (), join, kind.role, (), several)
    shape = _kind(kind.operators)
    return Box(_title(node, shape), _lines(node, shape), shape, False, _texts(kind.operators))


def _note_of(label: int) -> str:
    if label >= ORDERED:
        ports = label - ORDERED
        return clean(",".join(str(bit + 1) for bit in range(ports.bit_length()) if ports >> bit & 1), 12)
    return repeated(label % JOIN_STEP)


def _keys(cell: Cell, architecture: Architecture) -> dict[Operator, str]:
    """Map every operator of the cell, with the attributes of its node applied, to the first key that names it."""
    keys: dict[Operator, str] = {}
    for node in cell.nodes:
        for key in node.candidates or (node.op,):
            operator = architecture.operator(key).with_attributes(dict(node.attributes))
            keys.setdefault(operator, f"{key} {_stated(node.attributes)}".strip())
    return keys


def strip(architecture: Architecture) -> list[Chip]:
    """Return the skeleton from the input to the classes; empty if the architecture has no skeleton."""
    skeleton = architecture.skeleton
    if skeleton is None:
        return []
    parts = (("stem", skeleton.stem), ("", skeleton.stages), ("head", skeleton.head))
    chips = [_chip(stage, part, architecture) for part, stages in parts for stage in stages]
    return with_ends(dict(skeleton.input), chips, skeleton.classes)


def with_ends(size: Mapping[str, int], chips: Iterable[Chip], classes: int | None) -> list[Chip]:
    """Add a chip for the input before the stages and a chip for the classes after them.

    Args:
        size: `channels`, `height` and `width` of the images, or `length` of the sequences.
        chips: stages.
        classes: number of classes, if known.
    """
    numbers = [str(size[name]) for name in ("channels", "height", "width", "length") if name in size]
    return [
        Chip("input", "\N{MULTIPLICATION SIGN}".join(numbers), "input"),
        *chips,
        Chip("output", "" if classes is None else f"{classes:,} classes", "output"),
    ]


def _chip(stage: Stage, part: str, architecture: Architecture) -> Chip:
    kind = "cell" if stage.cell else architecture.operator(stage.op).kind
    title = " ".join(filter(None, (clean(stage.cell or stage.op), repeated(stage.repeats))))
    stride = None if stage.stride == 1 else stage.stride
    numbers = {"width": stage.width, "stride": stride, "resolution": stage.resolution}
    details = [f"{name} {number}" for name, number in numbers.items() if number is not None]
    details += [_stated(stage.attributes)] if stage.attributes else []
    return Chip(title, " · ".join(details), kind, part)


def legend_of(keys: Iterable[str], operator: Callable[[str], Operator]) -> list[tuple[str, str, str]]:
    """Return (key, kind, description) of each operator, except inputs, outputs, sums and concatenations.

    Args:
        keys: keys of operators in the order of the document; repeated keys count once.
        operator: function that returns the operator of a key.
    """
    known = {key: operator(key) for key in dict.fromkeys(keys)}
    return [
        (clean(key), entry.kind, clean(entry.text, 70))
        for key, entry in known.items()
        if entry.kind not in ("input", "output", "sum", "concat")
    ]


def _used(architecture: Architecture) -> Iterator[str]:
    """Yield the keys of the operators of all cells and stages."""
    for cell in architecture.cells.values():
        for node in cell.nodes:
            yield from node.candidates or (node.op,)
    if architecture.skeleton:
        skeleton = architecture.skeleton
        yield from (stage.op for stage in (*skeleton.stem, *skeleton.stages, *skeleton.head) if stage.op)
