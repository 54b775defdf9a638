/** The exact order of tied graphs equals that of a plain search without shortcuts. */

import assert from "node:assert/strict";
import test from "node:test";

import { exactOrder } from "../dist/graphs/exact_order.js";

/** Return a generator of numbers in [0, limit), the same at every run. */
function randomFrom(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const compare = (some, others) => {
  for (let k = 0; k < Math.min(some.length, others.length); k++) {
    const order = Array.isArray(some[k]) ? compare(some[k], others[k]) : some[k] - others[k];
    if (order) {
      return order;
    }
  }
  return some.length - others.length;
};

/** Return the kind and the labeled sources of each node, in this order. */
function writtenOut({ kinds, edges }, order) {
  const place = order.reduce((places, v, k) => ({ ...places, [v]: k }), {});
  return order.map((v) => [
    kinds[v],
    ...edges.filter(([target]) => target === v).map(([, source, label]) => [place[source], label]).sort(compare),
  ]);
}

/** Return the smallest written-out graph over all choices of a node in the first class of several. */
function smallest(graph) {
  const depths = [];
  graph.kinds.forEach((_, v) => {
    depths[v] = Math.max(0, ...graph.edges.filter(([target]) => target === v).map(([, source]) => depths[source] + 1));
  });
  const search = (classes) => {
    const place = classes.findIndex((members) => members.length > 1);
    if (place < 0) {
      return writtenOut(graph, classes.flat());
    }
    const members = classes[place];
    const written = members.map((v) => {
      const rest = members.filter((u) => u !== v);
      return search(refined([...classes.slice(0, place), [v], rest, ...classes.slice(place + 1)], graph.edges));
    });
    return written.sort(compare)[0];
  };
  return search(refined(split(graph.kinds.map((_, v) => v), (v) => [depths[v], graph.kinds[v]]), graph.edges));
}

/** Split all classes at once by their neighbors, until no class splits. */
function refined(classes, edges) {
  const color = {};
  let place = 0;
  for (const members of classes) {
    members.forEach((v) => (color[v] = place));
    place += members.length;
  }
  const key = (v) => [
    edges.filter(([target]) => target === v).map(([, source, label]) => [color[source], label]).sort(compare),
    edges.filter(([, source]) => source === v).map(([target, , label]) => [color[target], label]).sort(compare),
  ];
  const finer = classes.flatMap((members) => split(members, key));
  return finer.length === classes.length ? classes : refined(finer, edges);
}

function split(members, keyOf) {
  const keyed = members.map((v) => ({ v, key: keyOf(v) })).sort((some, other) => compare(some.key, other.key));
  const groups = [];
  keyed.forEach(({ v, key }, k) => {
    if (k && compare(key, keyed[k - 1].key) === 0) {
      groups[groups.length - 1].push(v);
    } else {
      groups.push([v]);
    }
  });
  return groups;
}

/** Return layers of equal nodes, connected by cycles, by permutations, or by all edges but one. */
function layered(random) {
  const [width, depth] = [2 + random(3), 2 + random(2)];
  const at = (layer, k) => 1 + layer * width + k;
  const end = 1 + depth * width;
  const edges = new Map();
  const connect = (target, source) => edges.set(`${target} ${source}`, [target, source, 1]);
  for (let k = 0; k < width; k++) {
    connect(at(0, k), 0);
    connect(end, at(depth - 1, k));
  }
  for (let layer = 1; layer < depth; layer++) {
    const way = random(3);
    const moved = shuffledNumbers(width, random);
    for (let k = 0; k < width; k++) {
      for (let u = 0; u < width; u++) {
        const linked = [u === k || u === (k + 1) % width, u !== k, u === k || u === moved[k]][way];
        if (linked) {
          connect(at(layer, k), at(layer - 1, u));
        }
      }
    }
  }
  return sorted(new Array(end + 1).fill(1), [...edges.values()]);
}

function shuffledNumbers(count, random) {
  const numbers = Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = random(k + 1);
    [numbers[k], numbers[other]] = [numbers[other], numbers[k]];
  }
  return numbers;
}

/** Return the same graph in another topological order. */
function shuffled({ kinds, edges }, random) {
  const order = [];
  while (order.length < kinds.length) {
    const ready = kinds.flatMap((_, v) =>
      !order.includes(v) && edges.every(([target, source]) => target !== v || order.includes(source)) ? [v] : [],
    );
    order.push(ready[random(ready.length)]);
  }
  return sorted(
    order.map((v) => kinds[v]),
    edges.map(([target, source, label]) => [order.indexOf(target), order.indexOf(source), label]),
  );
}

function sorted(kinds, edges) {
  return { kinds, edges: edges.sort(compare) };
}

test("the order equals that of a plain search, for every topological order of the same graph", () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = randomFrom(seed);
    const graph = layered(random);
    const wanted = smallest(graph);
    for (const same of [graph, shuffled(graph, random)]) {
      assert.deepEqual(writtenOut(same, exactOrder(same.kinds, same.edges)), wanted, `seed ${seed}`);
    }
  }
});

test("30 equal branches of two nodes, which have 30! equivalent orders, need no search", () => {
  const branches = 30;
  const edges = [];
  for (let k = 0; k < branches; k++) {
    edges.push([1 + k, 0, 1], [1 + branches + k, 1 + ((7 * k) % branches), 1], [1 + 2 * branches, 1 + branches + k, 1]);
  }
  const { kinds, edges: links } = sorted(new Array(2 + 2 * branches).fill(1), edges);
  const order = exactOrder(kinds, links);
  const place = new Map(order.map((v, k) => [v, k]));
  for (const [target, source] of links.filter(([v]) => v > branches && v <= 2 * branches)) {
    assert.equal(place.get(target) - place.get(source), branches);
  }
});

test("the search stops in graphs whose symmetry would need too much work", () => {
  const lengths = [2, 3, 4, 5, 2, 3, 4, 5, 3];
  const width = lengths.reduce((sum, length) => sum + length, 0);
  const edges = [];
  let start = 0;
  for (const length of lengths) {
    for (let k = 0; k < length; k++) {
      const [own, other] = [start + k, start + ((k + 1) % length)];
      edges.push([1 + own, 0, 1], [1 + width + own, 1 + own, 1], [1 + width + own, 1 + other, 1]);
      edges.push([1 + 2 * width, 1 + width + own, 1]);
    }
    start += length;
  }
  const { kinds, edges: links } = sorted(new Array(2 + 2 * width).fill(1), edges);
  const begin = performance.now();
  const order = exactOrder(kinds, links);
  assert.deepEqual([...order].sort((v, w) => v - w), kinds.map((_, v) => v));
  assert.ok(performance.now() - begin < 10_000);
});
