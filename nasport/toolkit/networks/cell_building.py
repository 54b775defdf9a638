"""From a cell of a document to its torch module, by the cell's rule for the channels.

The counterpart of `nasport.runtime.costs.cells` and `.darts`, which say what each rule means and count the same layers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from torch import nn

from nasport.runtime.costs.quantities import Shape
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.checks import topological_order
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.blocks import ConvBnRelu, FactorizedReduce, ReluConvBn, Zero
from nasport.toolkit.networks.cells import CellNetwork, Step, identifiers
from nasport.toolkit.networks.layers import Style, made, strided, style_of
from nasport.toolkit.networks.operators import operator_layer
from nasport.toolkit.networks.options import NetworkOptions

OLDER, NEWER = "c_{k-2}", "c_{k-1}"
_KEEPS_WIDTH = ("output", "sum", "concat", "product", "elementwise", "activation", "normalization")
# Operators that say themselves how their inputs are joined.
_JOINS = {
    "Element-wise difference": "difference",
    "Element-wise quotient": "quotient",
    "Mean": "mean",
}


def build_cell(
    name: str,
    architecture: Architecture,
    recent: Sequence[Shape],
    width: int,
    stride: int,
    options: NetworkOptions,
) -> tuple[CellNetwork, Shape]:
    """One cell's module and the shape of its output.

    Args:
        name: of one of the architecture's cells.
        architecture: the document.
        recent: shapes of the last two outputs before the cell, the older first.
        width: channels of the stage.
        stride: of the nodes that the cell's inputs feed.
        options: how networks are built.

    Raises:
        InputError: an operator without a module, or shapes that do not fit; names the node.
    """
    cell = architecture.cells[name]
    for place, node in enumerate(cell.nodes):
        if node.candidates:
            raise InputError(
                "a supernet's mixed node has no network, expected one operator",
                path=("cells", name, "nodes", place, "candidates"),
            )
    draft = _Draft(name, architecture, cell, style_of(options, cell.channels != "split", in_cell=True))
    if cell.channels == "stack":
        return _stack_cell(draft, recent, width, stride, options.dead_nodes)
    if cell.channels == "split":
        return _split_cell(draft, recent[-1], width, stride)
    return _same_cell(draft, recent[-1], width, stride, options.dead_nodes)


@dataclass
class _Draft:
    """A cell while it is built.

    Attributes:
        name: of the cell.
        architecture: the document.
        cell: the cell.
        style: of its layers.
        modules: by identifier, so far.
        steps: so far.
        values: node id to the place of its value.
        shapes: node id to the shape of its value.
        inputs: names of the cell's inputs.
        entrance: shape of the last of them.
        stride: of the nodes that they feed.
    """

    name: str
    architecture: Architecture
    cell: Cell
    style: Style
    modules: dict[str, nn.Module] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    values: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("x",)
    entrance: Shape = field(default=Shape(1, 1, 1))
    stride: int = 1

    def __post_init__(self) -> None:
        self.nodes = {node.id: node for node in self.cell.nodes}
        self.places = {node.id: place for place, node in enumerate(self.cell.nodes)}
        self.operators = {node.id: self._operator(node) for node in self.cell.nodes}
        order = topological_order({node.id: node.inputs for node in self.cell.nodes})
        assert order is not None, "checked when the document was read"
        self.order = order
        self.names = identifiers(self.nodes)
        self._zeros: dict[tuple[int, int], int] = {}

    def _operator(self, node: Node) -> Operator:
        return self.architecture.operator(node.op).with_attributes(dict(node.attributes))

    def kind(self, node_id: str) -> str:
        return self.operators[node_id].kind

    def error(self, problem: str, node_id: str, key: str = "op") -> InputError:
        return InputError(problem, path=("cells", self.name, "nodes", self.places[node_id], key))

    def add(self, step: Step, module: nn.Module | None = None) -> int:
        """The place of a new value."""
        if module is not None and not isinstance(module, nn.Identity):
            self.modules[step.name] = module
            step = replace(step, operator=step.name)
        elif len(step.sources) == 1 and step.channels is None:
            return step.sources[0]
        self.steps.append(step)
        return len(self.inputs) + len(self.steps) - 1

    def zeros(self, shape: Shape) -> int:
        """The place of a value that is zero, of the resolution before or after the cell's stride."""
        stride = 1 if shape.positions == self.entrance.positions else self.stride
        key = (shape.channels, stride)
        if key not in self._zeros:
            name = f"zeros_{len(self._zeros)}"
            module = made(Zero, shape.channels, **({"stride": stride} if stride != 1 else {}))
            self._zeros[key] = self.add(Step(name, "", (len(self.inputs) - 1,)), module)
        return self._zeros[key]

    def layer(self, node_id: str, source: Shape, width: int | None, stride: int) -> tuple[nn.Module, Shape]:
        try:
            return operator_layer(self.operators[node_id], source, width, stride, self.style)
        except InputError as error:
            raise self.error(error.problem, node_id) from None

    def how(self, node_id: str) -> str:
        """The join of a node's inputs."""
        operator, join = self.operators[node_id], self.nodes[node_id].join
        if operator.text in _JOINS:
            if _JOINS[operator.text] != "mean" and len(self.nodes[node_id].inputs) != 2:
                raise self.error(
                    f"{operator.text} of {len(self.nodes[node_id].inputs)} inputs, expected 2", node_id
                )
            return _JOINS[operator.text]
        if operator.kind == "concat" and join != "concat" and len(self.nodes[node_id].inputs) > 1:
            raise self.error(
                f"the inputs of a concatenation are joined by {join}, expected concat", node_id, "join"
            )
        return "product" if operator.kind == "product" and join == "sum" else join

    def finished(self, output: int) -> CellNetwork:
        """The module; its output is its last value."""
        if output != len(self.inputs) + len(self.steps) - 1:
            self.steps.append(Step("output", "", (output,)))
        return CellNetwork(self.inputs, self.modules, self.steps)


def _same_cell(
    draft: _Draft, source: Shape, width: int, stride: int, dead_nodes: bool
) -> tuple[CellNetwork, Shape]:
    """A cell whose nodes all carry the stage's width (NAS-Bench-201, TransNAS-Bench-101 micro)."""
    draft.entrance, draft.stride = source, stride
    changes = stride != 1 or width != source.channels
    before = strided(source, width, stride)
    alive = set(draft.order) if dead_nodes else _alive(draft)
    for node_id in draft.order:
        kind, node = draft.kind(node_id), draft.nodes[node_id]
        if kind == "input":
            draft.values[node_id], draft.shapes[node_id] = 0, source
            continue
        entering = sum(draft.kind(u) == "input" for u in node.inputs)
        if changes and 0 < entering < len(node.inputs):
            raise draft.error(
                "joins the cell's input with what has another shape, expected one or the other",
                node_id,
                "inputs",
            )
        joined = _joined_shape(draft, node_id, before)
        wanted = None if kind in _KEEPS_WIDTH and not entering else width
        module, shape = draft.layer(node_id, joined, wanted, stride if entering else 1)
        draft.shapes[node_id] = shape
        if kind != "none" and node_id in alive:
            draft.values[node_id] = _placed(draft, node_id, module, joined)
    outputs = [node_id for node_id in draft.order if draft.kind(node_id) == "output"]
    parts = []
    for node_id in outputs:
        if node_id not in draft.values:
            draft.values[node_id] = draft.zeros(draft.shapes[node_id])
        parts.append(draft.values[node_id])
    channels = sum(draft.shapes[node_id].channels for node_id in outputs)
    last = draft.shapes[outputs[0]]
    output = draft.add(Step("outputs", "", tuple(parts), "concat"))
    return draft.finished(output), Shape(channels, last.height, last.width)


def _placed(draft: _Draft, node_id: str, module: nn.Module, joined: Shape) -> int:
    """The place of a node's value: its living inputs joined, through its module.

    What is left out, or `none`, is nothing in a sum and zeros elsewhere.
    """
    node, how = draft.nodes[node_id], draft.how(node_id)
    living = [u for u in node.inputs if u in draft.values]
    if how == "sum" and living:
        sources = tuple(draft.values[u] for u in living)
    elif not node.inputs or how == "sum":
        sources = (draft.zeros(joined),)
    else:
        sources = tuple(
            draft.values[u] if u in draft.values else draft.zeros(draft.shapes[u]) for u in node.inputs
        )
    return draft.add(Step(draft.names[node_id], "", sources, how), module)


def _joined_shape(draft: _Draft, node_id: str, default: Shape) -> Shape:
    """The shape a node's operator sees."""
    node = draft.nodes[node_id]
    sources = [draft.shapes[u] for u in node.inputs]
    if not sources:
        return default
    first = sources[0]
    if any((s.height, s.width) != (first.height, first.width) for s in sources):
        raise draft.error("joins different resolutions, expected inputs of the same", node_id, "inputs")
    if draft.how(node_id) == "concat":
        return Shape(sum(s.channels for s in sources), first.height, first.width)
    if any(s.channels != first.channels for s in sources):
        widths = ", ".join(str(s.channels) for s in sources)
        raise draft.error(f"joins widths {widths}, expected inputs of the same", node_id, "inputs")
    return first


def _split_cell(draft: _Draft, source: Shape, width: int, stride: int) -> tuple[CellNetwork, Shape]:
    """A cell that divides its output's channels among the nodes it concatenates (NAS-Bench-101, section 2)."""
    if stride != 1:
        raise InputError(
            f"a cell that splits its channels with stride {stride}, expected 1", path=("cells", draft.name)
        )
    draft.entrance = source
    inputs = _on_path(draft)
    outputs = [node_id for node_id in draft.order if draft.kind(node_id) == "output"]
    if len(outputs) != 1:
        raise InputError(
            f"{len(outputs)} outputs of a cell that splits its channels, expected one",
            path=("cells", draft.name, "nodes"),
        )
    output = outputs[0]
    target = strided(source, width, 1)
    if output not in inputs:
        return draft.finished(draft.zeros(target)), target
    for node_id, sources in inputs.items():
        expected = "concat" if node_id == output else "sum"
        if len(sources) > 1 and draft.nodes[node_id].join != expected:
            join = draft.nodes[node_id].join
            raise draft.error(f"joins by {join}, expected {expected} in such a cell", node_id, "join")
    widths = _split_widths(draft, inputs, output, width)
    last = 0
    for node_id, sources in inputs.items():
        if draft.kind(node_id) == "input":
            draft.values[node_id] = 0
        else:
            last = _split_node(draft, node_id, sources, widths, source, node_id == output)
            draft.values[node_id] = last
    return draft.finished(last), target


def _split_node(
    draft: _Draft,
    node_id: str,
    sources: Sequence[str],
    widths: Mapping[str, int],
    source: Shape,
    is_output: bool,
) -> int:
    """A node's value: projections of the cell's input and its other inputs, cut to its width, through its operator."""
    name, width = draft.names[node_id], widths[node_id]
    if width < 1:
        raise draft.error("no channel is left for this node, expected a wider stage", node_id)
    projections = []
    for number, _ in enumerate(u for u in sources if draft.kind(u) == "input"):
        label = f"{name}_projection" + (f"_{number + 1}" if number else "")
        projection = made(ConvBnRelu, source.channels, width, 1, **draft.style.normalised())
        projections.append(draft.add(Step(label, "", (0,)), projection))
    inner = [u for u in sources if draft.kind(u) != "input"]
    places = [draft.values[u] for u in inner]
    if is_output:
        joined = [draft.add(Step(f"{name}_parts", "", tuple(places), "concat"))] if places else []
        return draft.add(Step(name, "", (*joined, *projections)))
    cut = None if all(widths[u] == width for u in inner) else width
    module, _ = draft.layer(node_id, Shape(width, source.height, source.width), width, 1)
    return draft.add(Step(name, "", (*places, *projections), channels=cut), module)


def _split_widths(
    draft: _Draft, inputs: Mapping[str, Sequence[str]], output: str, width: int
) -> dict[str, int]:
    """Channels of every node: the output's divided among its inputs, the others as wide as their widest target."""
    widths = dict.fromkeys(inputs, 0) | {output: width}
    parts = [u for u in inputs[output] if draft.kind(u) != "input"]
    for place, part in enumerate(parts):
        widths[part] = width // len(parts) + (place < width % len(parts))
    for target in reversed(list(inputs)):
        for u in inputs[target]:
            if target != output and u not in parts:
                widths[u] = max(widths[u], widths[target])
    return widths


def _on_path(draft: _Draft) -> dict[str, list[str]]:
    """The nodes on an input-output path, topologically ordered, with those of their inputs that are on one."""
    alive = _alive(draft)
    return {
        node_id: [u for u in dict.fromkeys(draft.nodes[node_id].inputs) if u in alive]
        for node_id in draft.order
        if node_id in alive
    }


def _alive(draft: _Draft) -> set[str]:
    """The nodes on a path from an input to an output that no `none` interrupts."""
    order = [node_id for node_id in draft.order if draft.kind(node_id) != "none"]
    reached: set[str] = set()
    for node_id in order:
        if draft.kind(node_id) == "input" or reached.intersection(draft.nodes[node_id].inputs):
            reached.add(node_id)
    reaching: set[str] = set()
    for node_id in reversed(order):
        if node_id in reached and (draft.kind(node_id) == "output" or node_id in reaching):
            reaching.update([node_id, *draft.nodes[node_id].inputs])
    return reached & reaching


def _stack_cell(
    draft: _Draft, recent: Sequence[Shape], width: int, stride: int, dead_nodes: bool
) -> tuple[CellNetwork, Shape]:
    """A DARTS cell: two inputs, each preprocessed to the stage's width, outputs concatenated."""
    draft.inputs = ("older", "newer")
    entrance = strided(recent[-1], width, 1)
    draft.entrance, draft.stride = entrance, stride
    alive = set(draft.order) if dead_nodes else _alive(draft)
    inputs = {node_id for node_id in draft.order if draft.kind(node_id) == "input"}
    outputs = [node_id for node_id in draft.order if draft.kind(node_id) == "output"]
    if len(outputs) != 1:
        raise InputError(
            f"{len(outputs)} outputs of a DARTS cell, expected one", path=("cells", draft.name, "nodes")
        )
    for node_id in draft.order:
        node = draft.nodes[node_id]
        if node_id in inputs:
            draft.shapes[node_id] = entrance
            older, module = _preprocessing(draft, node_id, recent, entrance)
            if node_id in alive:
                source = 0 if older else 1
                draft.values[node_id] = draft.add(Step(draft.names[node_id], "", (source,)), module)
            continue
        if node_id == outputs[0] and not node.inputs:
            raise draft.error("no inputs, expected nodes to concatenate", node_id, "inputs")
        joined = _joined_shape(draft, node_id, entrance)
        entering = bool(node.inputs) and set(node.inputs) <= inputs
        if node_id == outputs[0]:
            module, shape = made(nn.Identity), joined
        else:
            if len(node.inputs) > 1 and draft.how(node_id) == "concat":
                raise draft.error("joins by concat, expected sum within a DARTS cell", node_id, "join")
            module, shape = draft.layer(node_id, joined, width, stride if entering else 1)
        draft.shapes[node_id] = shape
        if draft.kind(node_id) != "none" and node_id in alive:
            draft.values[node_id] = _placed(draft, node_id, module, joined)
    if outputs[0] not in draft.values:
        draft.values[outputs[0]] = draft.zeros(draft.shapes[outputs[0]])
    return draft.finished(draft.values[outputs[0]]), draft.shapes[outputs[0]]


def _preprocessing(
    draft: _Draft, node_id: str, recent: Sequence[Shape], entrance: Shape
) -> tuple[bool, nn.Module]:
    """Whether a node is the older input, and the layer that brings it to the cell's width and resolution."""
    role = draft.nodes[node_id].role
    if role not in (OLDER, NEWER):
        raise draft.error(f"an input of role {role!r}, expected {OLDER} or {NEWER}", node_id, "role")
    older = role == OLDER
    source = recent[-2] if older else recent[-1]
    named = draft.style.normalised()
    if source.positions == entrance.positions:
        return older, made(ReluConvBn, source.channels, entrance.channels, 1, **named)
    if source.strided(entrance.channels, 2) != entrance:
        raise draft.error(
            f"an input of {source.height}x{source.width} of a cell of {entrance.height}x{entrance.width}, "
            "expected the same size or twice that",
            node_id,
        )
    return older, made(FactorizedReduce, source.channels, entrance.channels, **named)
