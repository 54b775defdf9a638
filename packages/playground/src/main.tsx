/** The entry of the script, which runs in the page and, a second time, in the worker. */

import { render } from "preact";
import { App } from "./app.js";
import { Client } from "./client.js";
import { keepFocus } from "./focus.js";
import { messageOf, type BundleFiles } from "./protocol.js";
import { sharedIn } from "./share.js";
import { Store } from "./store.js";
import { serve } from "./worker.js";

/** Return the files of the bundle if the page contains them, else null. */
function embeddedFiles(): BundleFiles | null {
  const elements = [...document.querySelectorAll<HTMLScriptElement>("script[data-file]")];
  if (!elements.length) return null;
  return new Map(elements.map((element) => [element.dataset["file"] ?? "", bytesOf(element.textContent ?? "")]));
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
}

/** Return the address of the script for the worker: the file, or a copy of the script inside the page. */
function scriptAddress(): string {
  const script = document.querySelector<HTMLScriptElement>("script#page");
  if (!script) throw new Error("the page has no script");
  return script.src || URL.createObjectURL(new Blob([script.textContent ?? ""], { type: "text/javascript" }));
}

async function openLink(store: Store): Promise<void> {
  try {
    const shared = await sharedIn(location.hash);
    if (shared) store.takeShared(shared);
  } catch (error) {
    store.say(messageOf(error), true);
  }
}

function start(): void {
  const root = document.getElementById("app");
  if (!root) throw new Error("the page has no element #app");
  const files = embeddedFiles();
  if (!files && location.protocol === "file:") {
    root.textContent = "This page must come from a web server. The file nasport-playground.html opens from disk.";
    return;
  }
  const base = new URL(".", location.href).href;
  const store = new Store(new Client(scriptAddress(), files, base), files === null);
  root.textContent = "";
  render(<App store={store} />, root);
  keepFocus(root);
  void openLink(store).then(() => store.score());
  addEventListener("hashchange", () => void openLink(store));
}

if (typeof document === "undefined") {
  serve(globalThis);
} else {
  start();
}
