/** The top of the page: what it is, history, files, link and colors. */

import { useId, useRef, useState } from "preact/hooks";
import { notations } from "nasport";
import { copied, download, fileName, svgText } from "./files.js";
import { messageOf } from "./protocol.js";
import { fragmentOf } from "./share.js";
import { START } from "./start.js";
import type { Store } from "./store.js";

/** Show title and commands. */
export function Header({ store }: { readonly store: Store }) {
  const [isDark, setDark] = useState(() => isDarkNow());
  const toggle = () => {
    document.documentElement.dataset["theme"] = isDark ? "light" : "dark";
    setDark(!isDark);
  };
  return (
    <header>
      <div class="brand">
        <Logo />
        <h1>
          nasport <span>playground</span>
        </h1>
      </div>
      <div class="commands" role="group" aria-label="Commands">
        <button type="button" class="quiet" disabled={!store.canUndo} onClick={() => store.undo()} title="Ctrl+Z">
          Undo
        </button>
        <button type="button" class="quiet" disabled={!store.canRedo} onClick={() => store.redo()} title="Ctrl+Shift+Z">
          Redo
        </button>
        <button type="button" class="quiet" onClick={() => void share(store)}>
          Share link
        </button>
        <button type="button" class="quiet" aria-pressed={isDark} onClick={toggle}>
          Dark
        </button>
      </div>
    </header>
  );
}

function isDarkNow(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Put the document into the address of the page, and the address into the clipboard. */
async function share(store: Store): Promise<void> {
  const { text, kept, chosenSpace } = store.state;
  try {
    history.replaceState(null, "", await fragmentOf({ document: text, kept: kept?.text ?? "", space: chosenSpace }));
    const places = (await copied(location.href)) ? "in the clipboard and in the address bar" : "in the address bar";
    store.say(`The link is ${places}. It contains the document; nothing was sent.`);
  } catch (error) {
    store.say(messageOf(error), true);
  }
}

const EMPTY = `{
  "format": "nasport-architecture",
  "version": 1,
  "cells": {
    "cell": {
      "nodes": [
        {"id": "in", "op": "input"},
        {"id": "a", "op": "nor_conv_3x3", "inputs": ["in"]},
        {"id": "out", "op": "output", "inputs": ["a"]}
      ]
    }
  },
  "skeleton": {
    "input": {"channels": 3, "height": 32, "width": 32},
    "stem": [{"op": "conv_3x3", "width": 16}],
    "stages": [{"cell": "cell", "repeats": 5, "width": 16}],
    "head": [{"op": "global_avg_pool"}],
    "classes": 10
  }
}`;

/** Begin with an example, a file or a pasted text; export the document. */
export function StartBar({ store }: { readonly store: Store }) {
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const begin = (choice: string) => {
    if (choice === "start") void store.take(START);
    else if (choice === "empty") void store.take(EMPTY);
    else void store.take(notations().find(({ name }) => name === choice)?.example ?? "", choice);
  };
  const name = store.state.view.name;
  return (
    <div class="bar">
      <div class="field inline">
        <label for={id}>Begin with</label>
        <select
          id={id}
          value=""
          onChange={(event) => {
            const choice = event.currentTarget.value;
            event.currentTarget.value = "";
            if (choice) begin(choice);
          }}
        >
          <option value="">an example…</option>
          <option value="start">a residual cell</option>
          <option value="empty">one convolution</option>
          <optgroup label="An example of a notation">
            {notations().map((each) => (
              <option key={each.name} value={each.name}>
                {each.name}
              </option>
            ))}
          </optgroup>
        </select>
      </div>
      <button type="button" onClick={() => file.current?.click()}>
        Open a file
      </button>
      <input
        ref={file}
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-label="File to open"
        aria-hidden="true"
        accept=".json,.txt,.jsonl,.onnx,.pt2,application/json,text/plain"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen) void store.takeFile(chosen);
          event.currentTarget.value = "";
        }}
      />
      <button
        type="button"
        onClick={() => download(fileName(name, "json"), `${store.state.text}\n`, "application/json")}
      >
        Save JSON
      </button>
      <button
        type="button"
        onClick={() => {
          const svg = document.querySelector<SVGSVGElement>("#drawing svg.cell");
          if (svg) download(fileName(name, "svg"), svgText(svg), "image/svg+xml");
          else store.say("There is no drawing of a cell to save.", true);
        }}
      >
        Save drawing
      </button>
      <span class="hint">or paste or drop a document, or a text such as a NAS-Bench-201 string, anywhere.</span>
    </div>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M7 16C13 16 12 8 18 8M7 16C13 16 12 24 18 24M18 8C24 8 22 16 26 16M18 24C24 24 22 16 26 16" />
      <circle cx="6" cy="16" r="4" />
      <circle cx="17.500" cy="8" r="4" />
      <circle cx="17.500" cy="24" r="4" />
      <circle cx="26" cy="16" r="4" />
    </svg>
  );
}
