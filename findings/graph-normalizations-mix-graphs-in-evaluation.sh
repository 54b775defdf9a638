#!/bin/sh
# torch-geometric's LayerNorm, GraphNorm, InstanceNorm and PairNorm normalize over all graphs of a batch, in evaluation too: the
# score of a graph depends on the graphs next to it.
#
# Versions: torch-geometric 2.8.1, torch 2.13.0; Python 3.11 to 3.13. Not run by CI: it downloads them.
#
# `GCN(..., norm="layer_norm")` does not build the LayerNorm that torch has under this name: the default mode of
# torch-geometric's class is "graph", which takes mean and deviation over all nodes and channels. Which node belongs to
# which graph is an optional argument of the network, and without it all nodes count as one graph. Nothing warns, shapes are
# right, and training works. With batch size 1 everything is right, so a test of one graph does not show it. Right are: to pass
# `batch` to the network (as well as to the pooling), `norm_kwargs={"mode": "node"}` for LayerNorm, or torch.nn.LayerNorm itself.
#
# A predictor of architectures built like this gives an architecture another score in each batch.
#
# Seen (largest difference of a graph's pooled features: alone and next to another graph):
#   norm                     without batch    with batch
#   batch_norm               0.0              0.0
#   layer_norm               0.8              0.0
#   graph_norm               0.8              0.0
#   instance_norm            0.8              0.0
#   pair_norm                3.2              0.0
#   layer_norm, mode "node"  0.0              0.0
#   torch.nn.LayerNorm       0.0              0.0
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 torch-geometric==2.8.1
cd "$folder"
cat > mixes.py <<'END'
import sys
import warnings

import torch
from torch_geometric.data import Batch, Data
from torch_geometric.nn import GCN, global_mean_pool

warnings.simplefilter("ignore")


def chain(nodes, scale):
    edges = torch.tensor([list(range(nodes - 1)), list(range(1, nodes))])
    return Data(x=scale * torch.randn(nodes, 8), edge_index=edges)


torch.manual_seed(0)
one, other = chain(5, 1), chain(7, 3)
both = Batch.from_data_list([one, other])


def difference(norm, with_batch, **settings):
    torch.manual_seed(1)
    network = GCN(8, 16, 2, norm=norm, norm_kwargs=settings or None).eval()
    given = {"batch": both.batch} if with_batch else {}
    with torch.no_grad():
        alone = global_mean_pool(network(one.x, one.edge_index), None)[0]
        beside = global_mean_pool(network(both.x, both.edge_index, **given), both.batch)[0]
    return (alone - beside).abs().max().item()


mixing = ["layer_norm", "graph_norm", "instance_norm", "pair_norm"]
rows = {name: (name, {}) for name in ["batch_norm", *mixing]}
rows['layer_norm, mode "node"'] = ("layer_norm", {"mode": "node"})
rows["torch.nn.LayerNorm"] = (torch.nn.LayerNorm(16), {})
changed = []
print(f"{'norm':25}{'without batch':17}with batch")
for name, (norm, settings) in rows.items():
    without, given = difference(norm, False, **settings), difference(norm, True, **settings)
    print(f"{name:25}{without:<17.1f}{given:.1f}")
    if (without > 0.1) != (name in mixing) or given > 1e-4:
        changed.append(name)
if changed:
    sys.exit(f"changed: {', '.join(changed)}")
END
"$folder/venv/bin/python" mixes.py
