/** The editor of the selected node. */

import { useId } from "preact/hooks";
import { AttributesField } from "./attributes_field.js";
import { OperatorField } from "./combobox.js";
import { reaches, type CellView, type NodeView } from "./document.js";
import { withEdge, withId, withNode, withNodeAfter, withOperatorOf, withOwnOperator, withoutNode } from "./edits.js";
import { attributesOf, operatorView } from "./operators.js";
import { OwnOperatorField } from "./own_operator.js";
import type { Store } from "./store.js";

const DEFAULT_OPERATOR = "nor_conv_3x3";

interface Props {
  readonly store: Store;
  readonly cell: CellView;
  readonly node: NodeView;
  /** The message about this node; empty if there is none. */
  readonly problem: string;
  readonly isConnecting: boolean;
  onConnecting(isConnecting: boolean): void;
}

/** Add a node behind another one and select it. */
export function addNode(store: Store, cell: CellView, node: NodeView): void {
  const { text, id } = withNodeAfter(store.state.view, cell, node, DEFAULT_OPERATOR);
  store.edit(text, id);
}

/** Remove a node and select the node that it read. */
export function removeNode(store: Store, cell: CellView, node: NodeView): void {
  store.edit(withoutNode(store.state.view, cell.name, node), node.inputs[0] ?? "");
}

/** Rename a node, unless another one has the name: the nodes that read them could no longer be told apart. */
function rename(store: Store, cell: CellView, node: NodeView, id: string): void {
  if (cell.nodes.some((each) => each !== node && each.id === id)) {
    store.say(`another node of the cell has the name '${id}', choose a name that no node has`, true);
  } else {
    store.edit(withId(store.state.view, cell.name, node, id), id);
  }
}

/** Edit operator, name, inputs, join and attributes of a node. */
export function Inspector({ store, cell, node, problem, isConnecting, onConnecting }: Props) {
  const problemId = useId();
  const { view } = store.state;
  const described = problem ? problemId : undefined;
  const set = (changes: Parameters<typeof withNode>[3]) => store.edit(withNode(view, cell.name, node.place, changes));
  const kind = operatorView(node.op, view)?.kind ?? "";
  return (
    <section class="inspector" aria-label={`Node ${node.id}`}>
      <h3>
        Node <code>{node.id}</code>
      </h3>
      {problem && (
        <p class="problem" id={problemId}>
          {problem}
        </p>
      )}
      <div class="fields">
        {node.candidates.length > 0 ? (
          <p class="field">
            A mixed node of {node.candidates.length} operators: {node.candidates.join(", ")}.
          </p>
        ) : (
          <OperatorField
            label="Operator"
            value={node.op}
            view={view}
            isWrong={problem !== ""}
            describedBy={described}
            onChoose={(op) => store.edit(withOperatorOf(view, cell.name, node, op))}
            onDescribe={(text) => store.edit(withOwnOperator(view, cell.name, node, text).text)}
          />
        )}
        <NameField key={node.id} name={node.id} onChange={(id) => rename(store, cell, node, id)} />
        {node.inputs.length > 1 && <JoinField join={node.join} onChange={(join) => set({ join: join || undefined })} />}
      </div>
      {Object.hasOwn(view.own, node.op) && <OwnOperatorField store={store} name={node.op} />}
      {node.op !== "input" && <InputsField store={store} cell={cell} node={node} />}
      {node.op !== "input" && node.op !== "output" && !Object.hasOwn(view.own, node.op) && (
        <AttributesField
          title="Attributes"
          kind={kind}
          allowed={attributesOf(kind)}
          values={node.attributes}
          onChange={(attributes) => set({ attributes: Object.keys(attributes).length ? attributes : undefined })}
        />
      )}
      <div class="actions">
        <button type="button" onClick={() => addNode(store, cell, node)}>
          {node.op === "output" ? "Add a node before" : "Add a node after"}
        </button>
        {node.op !== "output" && (
          <button type="button" aria-pressed={isConnecting} onClick={() => onConnecting(!isConnecting)}>
            Draw an edge
          </button>
        )}
        <button type="button" class="danger" onClick={() => removeNode(store, cell, node)}>
          Remove node
        </button>
      </div>
    </section>
  );
}

function NameField({ name, onChange }: { readonly name: string; onChange(name: string): void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Name</label>
      <input
        id={id}
        type="text"
        value={name}
        maxLength={200}
        spellcheck={false}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          event.currentTarget.value = name;
          if (chosen && chosen !== name) onChange(chosen);
        }}
      />
    </div>
  );
}

const JOINS = ["sum", "concat", "product", "mean"];

function JoinField({ join, onChange }: { readonly join: string; onChange(join: string): void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Inputs are combined by</label>
      <select id={id} value={join} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">the rule of the cell</option>
        {JOINS.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The nodes that may feed the selected one: all but those that it feeds. */
function InputsField({
  store,
  cell,
  node,
}: {
  readonly store: Store;
  readonly cell: CellView;
  readonly node: NodeView;
}) {
  const others = cell.nodes.filter(({ id, op }) => id !== node.id && op !== "output");
  const possible = others.filter(({ id }) => node.inputs.includes(id) || !reaches(cell, node.id, id));
  return (
    <fieldset>
      <legend>Reads</legend>
      <div class="chips">
        {possible.map(({ id }) => (
          <label key={id} class="chip">
            <input
              type="checkbox"
              checked={node.inputs.includes(id)}
              onChange={(event) =>
                store.edit(withEdge(store.state.view, cell.name, id, node, event.currentTarget.checked))
              }
            />
            {id}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
