/** The architecture with which the page opens: a residual cell of NAS-Bench-201's space. */

export const START = `{
  "format": "nasport-architecture",
  "version": 1,
  "name": "a residual cell",
  "space": "nasbench201",
  "cells": {
    "cell": {
      "nodes": [
        {"id": "in", "op": "input"},
        {"id": "a", "op": "nor_conv_3x3", "inputs": ["in"]},
        {"id": "b", "op": "avg_pool_3x3", "inputs": ["a"]},
        {"id": "c", "op": "nor_conv_1x1", "inputs": ["a"]},
        {"id": "d", "op": "nor_conv_3x3", "inputs": ["b"]},
        {"id": "skip", "op": "skip_connect", "inputs": ["in"]},
        {"id": "out", "op": "output", "inputs": ["d", "c", "skip"]}
      ]
    }
  },
  "skeleton": {
    "input": {"channels": 3, "height": 32, "width": 32},
    "stem": [{"op": "stem_conv3x3", "width": 16}],
    "stages": [
      {"cell": "cell", "repeats": 5, "width": 16},
      {"op": "nasbench201_reduction", "width": 32, "stride": 2},
      {"cell": "cell", "repeats": 5, "width": 32},
      {"op": "nasbench201_reduction", "width": 64, "stride": 2},
      {"cell": "cell", "repeats": 5, "width": 64}
    ],
    "head": [{"op": "batch_norm"}, {"op": "relu"}, {"op": "global_avg_pool"}],
    "classes": 10
  }
}`;
