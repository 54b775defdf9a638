/** The card with the drawing of the cell and the editor of the selected node. */

import { useState } from "preact/hooks";
import type { CellView, DocumentView, NodeView } from "./document.js";
import { Drawing } from "./drawing.js";
import { withEdge } from "./edits.js";
import { addNode, Inspector, removeNode } from "./inspector.js";
import type { Mistake } from "./mistake.js";
import { NetworkStrip } from "./network_strip.js";
import type { Store } from "./store.js";
import { Tabs } from "./tabs.js";

const NOBODY: ReadonlySet<string> = new Set();

/** Draw the chosen cell. */
export function DrawingCard({ store, mistake }: { readonly store: Store; readonly mistake: Mistake | null }) {
  const { view, stale } = store.state;
  const cell = store.currentCell;
  const [source, setSource] = useState("");
  const [edge, setEdge] = useState<readonly [string, string] | null>(null);
  const node = store.currentNode;
  if (!cell) return <NoCell view={view} />;
  const wrong = mistake && (mistake.cell === cell.name || !mistake.cell) ? mistake.nodes : NOBODY;
  const connect = (from: string, to: string) => {
    setSource("");
    setEdge(null);
    const target = cell.nodes.find(({ id }) => id === to);
    if (target) store.edit(withEdge(view, cell.name, from, target, !target.inputs.includes(from)), to);
  };
  const onSelect = (id: string) => {
    setEdge(null);
    if (source && source !== id) connect(source, id);
    else store.select(id);
  };
  const keys = { store, cell, source, onSelect, setSource };
  const content = (
    <>
      {stale && <p class="problem stale">The drawing shows the last text that can be drawn.</p>}
      {source && (
        <p class="hint connecting">
          Choose the node that reads <code>{source}</code>, or press Escape.
        </p>
      )}
      <Drawing
        view={view}
        cell={cell}
        selected={node?.id ?? ""}
        wrong={wrong}
        source={source}
        isReadOnly={stale}
        label={`Cell ${cell.name}: ${cell.nodes.length} nodes`}
        onSelect={onSelect}
        onConnect={connect}
        onEdge={(from, to) => setEdge([from, to])}
        onKey={(event, id) => handleKey(event, id, keys)}
      />
      {edge && !stale && <EdgeBar cell={cell} edge={edge} onRemove={() => connect(...edge)} />}
    </>
  );
  return (
    <section class="card canvas" id="drawing" aria-label="Drawing">
      <h2 class="hidden">Drawing</h2>
      {view.cells.length > 1 ? (
        <Tabs
          label="Cells"
          chosen={cell.name}
          onChoose={(name) => store.select("", name)}
          tabs={view.cells.map(({ name }) => ({ name, title: name, isWrong: mistake?.cell === name }))}
        >
          {content}
        </Tabs>
      ) : (
        content
      )}
      <NetworkStrip view={view} />
      {node && !stale ? (
        <Inspector
          store={store}
          cell={cell}
          node={node}
          problem={wrong.has(node.id) ? (mistake?.message ?? "") : ""}
          isConnecting={source === node.id}
          onConnecting={(isOn) => setSource(isOn ? node.id : "")}
        />
      ) : null}
      <p class={node && !stale ? "hidden" : "hint help"} id="keys">
        Choose a node to change it. With the keyboard: arrow keys move among the nodes, Enter edits, A adds a node, E
        draws an edge, Delete removes.
      </p>
    </section>
  );
}

/** What the drawing shows of a network of layers alone. */
function NoCell({ view }: { readonly view: DocumentView }) {
  return (
    <section class="card canvas" id="drawing" aria-label="Drawing">
      <h2 class="hidden">Drawing</h2>
      <NetworkStrip view={view} />
      <p class="hint">This architecture is a chain of layers without a cell. Edit its stages under Network.</p>
    </section>
  );
}

interface EdgeBarProps {
  readonly cell: CellView;
  readonly edge: readonly [string, string];
  onRemove(): void;
}

/** The chosen edge with its button, as long as the cell has this edge. */
function EdgeBar({ cell, edge: [from, to], onRemove }: EdgeBarProps) {
  if (!cell.nodes.some(({ id, inputs }) => id === to && inputs.includes(from))) return null;
  return (
    <p class="connection-bar">
      Edge <code>{from}</code> → <code>{to}</code>
      <button type="button" class="small danger" onClick={onRemove}>
        Remove edge
      </button>
    </p>
  );
}

interface KeyContext {
  readonly store: Store;
  readonly cell: CellView;
  readonly source: string;
  onSelect(id: string): void;
  setSource(id: string): void;
}

function handleKey(event: KeyboardEvent, id: string, { store, cell, source, onSelect, setSource }: KeyContext): void {
  const node = cell.nodes.find((each) => each.id === id);
  if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
  const steps: Readonly<Record<string, () => void>> = {
    " ": () => onSelect(id),
    Enter: () => {
      onSelect(id);
      if (!source)
        requestAnimationFrame(() => document.querySelector<HTMLElement>(".inspector [role=combobox]")?.focus());
    },
    ArrowRight: () => focus(neighbor(cell, node, 1)),
    ArrowDown: () => focus(neighbor(cell, node, 1)),
    ArrowLeft: () => focus(neighbor(cell, node, -1)),
    ArrowUp: () => focus(neighbor(cell, node, -1)),
    a: () => {
      addNode(store, cell, node);
      focusSelected(store);
    },
    e: () => {
      store.select(id);
      setSource(id);
    },
    Delete: () => remove(store, cell, node),
    Backspace: () => remove(store, cell, node),
    Escape: () => setSource(""),
  };
  const step = steps[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!step) return;
  event.preventDefault();
  step();
}

function remove(store: Store, cell: CellView, node: NodeView): void {
  removeNode(store, cell, node);
  focusSelected(store);
}

/** Move the focus to the selected node after the page is drawn again. */
function focusSelected(store: Store): void {
  requestAnimationFrame(() => focus(store.state.node || (store.currentCell?.nodes[0]?.id ?? "")));
}

/** The next or the previous node in the order of the document. */
function neighbor(cell: CellView, node: NodeView, step: 1 | -1): string {
  const place = cell.nodes.indexOf(node);
  return cell.nodes[(place + step + cell.nodes.length) % cell.nodes.length]?.id ?? node.id;
}

function focus(id: string): void {
  const found = [...document.querySelectorAll<SVGGElement>("#drawing [data-node]")].find(
    (each) => each.dataset["node"] === id,
  );
  found?.focus();
}
