/** The card with the document as tables and as texts. */

import { useState } from "preact/hooks";
import { CodeField } from "./code_field.js";
import type { Mistake } from "./mistake.js";
import { NetworkTable } from "./network_table.js";
import { NodeTable } from "./node_table.js";
import { NotationPanel } from "./notation_panel.js";
import type { Store } from "./store.js";
import { Tabs } from "./tabs.js";

const NOT_DRAWN = "The document cannot be drawn; see JSON.";
const NOBODY: ReadonlySet<string> = new Set();

/** Show nodes, network, JSON or notation. */
export function TextCard({ store, mistake }: { readonly store: Store; readonly mistake: Mistake | null }) {
  const [chosen, setChosen] = useState("nodes");
  const cell = store.currentCell;
  const tabs = [
    { name: "nodes", title: "Nodes", isWrong: (mistake?.nodes.size ?? 0) > 0 },
    { name: "network", title: "Network" },
    { name: "json", title: "JSON", isWrong: mistake !== null },
    { name: "notation", title: "Notation" },
  ];
  return (
    <section class="card text" aria-label="Document">
      <h2 class="hidden">Document</h2>
      <Tabs label="Views of the document" tabs={tabs} chosen={chosen} onChoose={setChosen}>
        {chosen === "nodes" &&
          (cell && !store.state.stale ? (
            <NodeTable store={store} cell={cell} wrong={mistake?.nodes ?? NOBODY} onEdit={focusInspector} />
          ) : (
            <p class="hint">{cell ? NOT_DRAWN : "This architecture has no cell; see Network."}</p>
          ))}
        {chosen === "network" &&
          (store.state.stale ? <p class="hint">{NOT_DRAWN}</p> : <NetworkTable store={store} />)}
        {chosen === "json" && (
          <CodeField
            label="Document as JSON"
            value={store.state.text}
            wrongLine={mistake?.line ?? null}
            problem={mistake?.message ?? ""}
            onInput={(text) => store.edit(text, undefined, "json")}
          />
        )}
        {chosen === "notation" && <NotationPanel store={store} />}
      </Tabs>
    </section>
  );
}

function focusInspector(): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(".inspector [role=combobox], .inspector input")?.focus(),
  );
}
