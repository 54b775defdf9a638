/** The nodes of a cell as a table: the same content and the same actions as the drawing. */

import { inputsText, operatorName, type CellView } from "./document.js";
import { addNode, removeNode } from "./inspector.js";
import { colorOf, operatorView } from "./operators.js";
import type { Store } from "./store.js";

const MOST_ROWS = 200;

/** List the nodes with operator, inputs and actions. */
export function NodeTable({
  store,
  cell,
  wrong,
  onEdit,
}: {
  readonly store: Store;
  readonly cell: CellView;
  readonly wrong: ReadonlySet<string>;
  onEdit(): void;
}) {
  const { view, node: selected } = store.state;
  return (
    <>
      <table class="nodes">
        <caption class="hidden">Nodes of the cell {cell.name}</caption>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Operator</th>
            <th scope="col">Reads</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          {cell.nodes.slice(0, MOST_ROWS).map((node) => (
            <tr key={node.place} class={node.id === selected ? "selected" : wrong.has(node.id) ? "wrong" : ""}>
              <th scope="row">
                {node.id}
                {wrong.has(node.id) && <span class="problem"> (see the message)</span>}
              </th>
              <td class={`of-${colorOf(node.op, view)}`}>
                <span class="swatch" aria-hidden="true" />
                <code>{operatorName(node)}</code>{" "}
                <span class="muted description">{operatorView(node.op, view)?.text ?? ""}</span>
              </td>
              <td>{inputsText(node) || <span class="muted">nothing</span>}</td>
              <td class="buttons">
                <button
                  type="button"
                  class="small"
                  aria-label={`Edit ${node.id}`}
                  onClick={() => {
                    store.select(node.id);
                    onEdit();
                  }}
                >
                  Edit
                </button>
                <button
                  type="button"
                  class="small"
                  aria-label={`Add a node ${node.op === "output" ? "before" : "after"} ${node.id}`}
                  onClick={() => addNode(store, cell, node)}
                >
                  Add
                </button>
                <button
                  type="button"
                  class="small"
                  aria-label={`Remove ${node.id}`}
                  onClick={() => removeNode(store, cell, node)}
                >
                  Remove
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {cell.nodes.length > MOST_ROWS && (
        <p class="hint">
          The table shows the first {MOST_ROWS} of {cell.nodes.length.toLocaleString("en-US")} nodes.
        </p>
      )}
    </>
  );
}
