/**
 * Find the exact canonical order of one small graph: individualize a node, refine the colors, compare the results.
 *
 * `canonical.ts` uses it if color refinement leaves nodes with equal colors that are not twins. Most such nodes belong
 * to equal branches, whose order does not matter (`Search.settle`). In the other cases the search individualizes every
 * node of the first class with ties in turn, and the canonical order is the one with the smallest certificate. If the
 * greedy descent of a node has the same certificate as that of an earlier node, an automorphism maps one node to the
 * other, and the search skips it; so symmetric graphs take little time.
 */

import type { Edge } from "./wiring.js";

/** The labeled sources of every node in one order; `END` ends those of a node, so that fewer sources are smaller. */
type Certificate = readonly number[];

/** A neighbor of a node and the label of the edge between them. */
type Link = readonly [node: number, label: number];

/** An order of the nodes, and the first class that the search must still split; the order is final if it is empty. */
interface Settled {
  readonly order: readonly number[];
  readonly tied: readonly number[];
}

interface Found {
  readonly certificate: Certificate;
  readonly order: readonly number[];
}

// Number of nodes and edges that a search may visit, which takes a fraction of a second. Only graphs with a symmetry
// that architectures do not have need more; then the best order so far is used, which may not be canonical.
const MAX_WORK = 500_000;

// A position and a label are combined in one number, position * LABELS + label, which a double holds exactly.
const LABELS = 2 ** 32;
const END = -1;

/**
 * Return a topological order that is the same for isomorphic graphs: for each position, the node.
 *
 * @param kinds - Kind of each node, as a number; the order of the kinds decides the order of the nodes.
 * @param edges - Edges between the nodes, sorted by target and source; every source is smaller than its target.
 */
export function exactOrder(kinds: readonly number[], edges: readonly Edge[]): readonly number[] {
  const search = new Search(kinds.length, edges);
  return search.best(search.start(kinds)).order;
}

/** An ordered partition of the nodes into classes. */
class Partition {
  /** Nodes of each class in ascending order, by the position of the class in the node order. */
  readonly classes: Map<number, readonly number[]>;
  /** For every node the position of its class. */
  readonly colors: number[];

  constructor(classes: Iterable<readonly [number, readonly number[]]>, colors: readonly number[]) {
    this.classes = new Map(classes);
    this.colors = [...colors];
  }

  /** Return the nodes of the class at `place`. */
  members(place: number): readonly number[] {
    return this.classes.get(place) ?? [];
  }

  /** Return the classes in order, each with its position. */
  inOrder(): ReadonlyArray<readonly [number, readonly number[]]> {
    return [...this.classes].sort(([place], [other]) => place - other);
  }

  /** Replace the class at `place` by groups of its nodes, and return the nodes whose colors change. */
  split(place: number, groups: ReadonlyArray<readonly number[]>): readonly number[] {
    let at = place;
    for (const members of groups) {
      this.classes.set(at, members);
      for (const v of members) {
        this.colors[v] = at;
      }
      at += members.length;
    }
    return groups.slice(1).flat();
  }
}

/** Search for the canonical order of one graph. */
class Search {
  readonly #sources: readonly Link[][];
  readonly #targets: readonly Link[][];
  readonly #cost: number;
  #spent = 0;

  constructor(size: number, edges: readonly Edge[]) {
    this.#sources = Array.from({ length: size }, () => []);
    this.#targets = Array.from({ length: size }, () => []);
    for (const [v, u, label] of edges) {
      this.#sources[v].push([u, label]);
      this.#targets[u].push([v, label]);
    }
    this.#cost = size + edges.length;
  }

  /** Return the refined classes of equal depth and kind; every refinement of them is a topological order. */
  start(kinds: readonly number[]): Partition {
    const depths: number[] = [];
    for (const sources of this.#sources) {
      depths.push(Math.max(0, ...sources.map(([u]) => depths[u] + 1)));
    }
    const nodes = kinds.map((_, v) => v);
    const partition = new Partition([], kinds);
    partition.split(0, grouped(nodes, nodes.map((v) => [depths[v], kinds[v]])));
    return this.#refined(partition, nodes);
  }

  /** Return the smallest certificate among the refinements of a partition, and its order. */
  best(partition: Partition): Found {
    const { order, tied } = this.#settle(partition);
    if (!tied.length) {
      return { certificate: this.#certificate(order), order };
    }
    const tried: Certificate[] = [];
    let best: Found | undefined;
    for (const v of this.#isExhausted ? tied.slice(0, 1) : tied) {
      if (best && this.#isExhausted) {
        break;
      }
      const choice = this.#setApart(partition, v);
      const greedy = this.#greedy(choice);
      if (!tried.some((certificate) => compareLists(certificate, greedy) === 0)) {
        tried.push(greedy);
        best = smaller(best, this.best(choice));
      }
    }
    return best ?? { certificate: this.#certificate(order), order };
  }

  get #isExhausted(): boolean {
    return this.#spent > MAX_WORK;
  }

  /**
   * Return the nodes in order and the first class that must be searched, which is empty if the order is final.
   *
   * A class is linked to another one if each of its nodes is fed by some nodes of the other class, but not by all of
   * them in the same way. Nodes that feed each other across linked classes form a branch. After refinement, all nodes
   * of a class have the same links. So if every branch that meets a class has one node of each linked class, these
   * branches are equal, exchanging two of them is an automorphism, and their order does not matter. Twins are branches
   * of one node.
   */
  #settle(partition: Partition): Settled {
    const classes = partition.inOrder();
    const open = classes.map(([, members]) => members).filter((members) => members.length > 1);
    if (!open.length) {
      return { order: classes.flatMap(([, members]) => members), tied: [] };
    }
    const heads = this.#branchHeads(partition, open);
    const wide = new Set<number>();
    for (const members of open) {
      const found = members.map((v) => heads[v]);
      if (new Set(found).size < members.length) {
        found.forEach((head) => wide.add(head));
      }
    }
    const tied = open.find((members) => wide.has(heads[members[0]])) ?? [];
    const order = classes.flatMap(([, members]) =>
      members.length > 1 ? [...members].sort((v, w) => heads[v] - heads[w]) : members,
    );
    return { order, tied };
  }

  /** Return for every node the smallest node of its branch. */
  #branchHeads({ classes, colors }: Partition, open: ReadonlyArray<readonly number[]>): readonly number[] {
    const parents = colors.map((_, v) => v);
    for (const members of open) {
      const ways = this.#sources[members[0]].map((link) => wayOf(link, colors));
      const linked = new Set(ways.filter((way) => count(ways, way) < sizeOf(classes, way)));
      for (const v of linked.size ? members : []) {
        for (const link of this.#sources[v]) {
          if (linked.has(wayOf(link, colors))) {
            unite(parents, link[0], v);
          }
        }
      }
    }
    return parents.map((_, v) => rootOf(parents, v));
  }

  #greedy(partition: Partition): Certificate {
    let finer = partition;
    let settled = this.#settle(finer);
    while (settled.tied.length) {
      finer = this.#setApart(finer, settled.tied[0]);
      settled = this.#settle(finer);
    }
    return this.#certificate(settled.order);
  }

  #setApart(partition: Partition, v: number): Partition {
    this.#spent += this.#cost;
    const place = partition.colors[v];
    const rest = partition.members(place).filter((u) => u !== v);
    const finer = new Partition(partition.classes, partition.colors);
    return this.#refined(finer, finer.split(place, [[v], rest]));
  }

  /**
   * Split the classes by the neighbors of their nodes until nothing changes, and return the partition.
   *
   * The order of the new classes depends on the order of the splits. So the refinement works in rounds, each of which
   * uses the colors of the previous round.
   *
   * @param partition - Partition, which is changed in place.
   * @param moved - Nodes whose colors have changed.
   */
  #refined(partition: Partition, moved: readonly number[]): Partition {
    while (moved.length) {
      const splits = this.#splits(partition, moved);
      moved = splits.flatMap(([place, groups]) => partition.split(place, groups));
    }
    return partition;
  }

  /** Return the classes near the moved nodes that differ in their neighbors, each with its groups of equal nodes. */
  #splits(partition: Partition, moved: readonly number[]): ReadonlyArray<readonly [number, readonly number[][]]> {
    const { colors } = partition;
    const near = new Set<number>();
    for (const u of moved) {
      this.#sources[u].forEach(([v]) => near.add(colors[v]));
      this.#targets[u].forEach(([v]) => near.add(colors[v]));
    }
    const splits: [number, number[][]][] = [];
    for (const place of near) {
      const members = partition.members(place);
      const groups = members.length > 1 ? grouped(members, members.map((v) => this.#key(v, colors))) : [];
      if (groups.length > 1) {
        splits.push([place, groups]);
      }
    }
    return splits;
  }

  /** Return the colors and labels of the neighbors of a node, sorted: sources, then targets. */
  #key(v: number, colors: readonly number[]): readonly number[] {
    const sources = this.#sources[v].map((link) => wayOf(link, colors));
    const targets = this.#targets[v].map((link) => wayOf(link, colors));
    return [...sources.sort(ascending), END, ...targets.sort(ascending)];
  }

  /** Write the graph in an order as the labeled sources of every node; all orders agree in the kinds. */
  #certificate(order: readonly number[]): Certificate {
    const places: number[] = [];
    order.forEach((v, place) => (places[v] = place));
    return order.flatMap((v) => [...this.#sources[v].map((link) => wayOf(link, places)).sort(ascending), END]);
  }
}

/** Return the color of a neighbor and the label of the edge as one number. */
function wayOf([node, label]: Link, colors: readonly number[]): number {
  return colors[node] * LABELS + label;
}

/** Return the number of nodes in the class of a way. */
function sizeOf(classes: ReadonlyMap<number, readonly number[]>, way: number): number {
  return classes.get(Math.floor(way / LABELS))?.length ?? 0;
}

function count(values: readonly number[], wanted: number): number {
  return values.filter((value) => value === wanted).length;
}

function smaller(best: Found | undefined, found: Found): Found {
  if (!best) {
    return found;
  }
  const difference = compareLists(found.certificate, best.certificate) || compareLists(found.order, best.order);
  return difference < 0 ? found : best;
}

/** Group nodes by equal keys, in the order of the keys. */
function grouped(nodes: readonly number[], keys: ReadonlyArray<readonly number[]>): number[][] {
  const ordered = nodes.map((_, k) => k).sort((k, other) => compareLists(keys[k], keys[other]));
  const groups: number[][] = [];
  ordered.forEach((k, at) => {
    if (at && compareLists(keys[k], keys[ordered[at - 1]]) === 0) {
      groups[groups.length - 1].push(nodes[k]);
    } else {
      groups.push([nodes[k]]);
    }
  });
  return groups;
}

/** Join the branches of two nodes; the smaller root becomes the root of both. */
function unite(parents: number[], v: number, w: number): void {
  const roots = [rootOf(parents, v), rootOf(parents, w)];
  parents[Math.max(...roots)] = Math.min(...roots);
}

function rootOf(parents: readonly number[], v: number): number {
  let root = v;
  while (parents[root] !== root) {
    root = parents[root];
  }
  return root;
}

/** Compare lists of numbers by their first difference; a list that continues another one is larger. */
function compareLists(some: readonly number[], others: readonly number[]): number {
  const shared = Math.min(some.length, others.length);
  for (let k = 0; k < shared; k++) {
    if (some[k] !== others[k]) {
      return some[k] - others[k];
    }
  }
  return some.length - others.length;
}

function ascending(some: number, other: number): number {
  return some - other;
}
