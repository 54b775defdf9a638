/** The state of the page, its history, and everything that a person can do to it. */

import type { Client } from "./client.js";
import { documentView, type CellView, type DocumentView, type NodeView } from "./document.js";
import { History } from "./history.js";
import { foreignFile } from "./foreign.js";
import type { Shared } from "./share.js";
import { failed, MAX_CHARACTERS, tooLong, type FailureResult, type Outcome } from "./protocol.js";
import { spaceNamed, spaceOf } from "./quantiles.js";
import { START } from "./start.js";

/** An architecture that is kept for comparison. */
export interface Kept {
  readonly text: string;
  readonly outcome: Outcome | null;
}

/** A sentence about something that happened, such as a file that cannot be read. */
export interface Notice {
  readonly text: string;
  readonly isError: boolean;
  /** Notations among which the person chooses for `pending`. */
  readonly choices: readonly string[];
  readonly pending: string;
}

export type EncoderState = "absent" | "offered" | "loading" | "ready";

export interface State {
  readonly text: string;
  /** Name of the file from which the text came, for messages; empty if none. */
  readonly file: string;
  /** The last text that can be drawn, as a view. */
  readonly view: DocumentView;
  /** Whether `text` cannot be drawn, so that `view` shows an older one. */
  readonly stale: boolean;
  readonly cell: string;
  readonly node: string;
  readonly outcome: Outcome | null;
  readonly isScoring: boolean;
  /** The chosen space; empty for that of the document. */
  readonly chosenSpace: string;
  readonly kept: Kept | null;
  readonly notice: Notice | null;
  readonly encoder: EncoderState;
}

const NOTHING: Notice = { text: "", isError: false, choices: [], pending: "" };

/** Holds the state; `subscribe` to learn of changes. */
export class Store {
  state: State;
  private readonly history = new History(START);
  private listeners = new Set<() => void>();
  private scoredText: string | null = null;

  constructor(
    private readonly client: Client,
    hasEncoder: boolean,
  ) {
    const view = documentView(START);
    if (!view) throw new Error("the start document cannot be drawn");
    this.state = {
      text: START,
      file: "",
      view,
      stale: false,
      cell: view.cells[0]?.name ?? "",
      node: "",
      outcome: null,
      isScoring: false,
      chosenSpace: "",
      kept: null,
      notice: null,
      encoder: hasEncoder ? "offered" : "absent",
    };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private set(changes: Partial<State>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }

  get currentCell(): CellView | undefined {
    return this.state.view.cells.find((cell) => cell.name === this.state.cell) ?? this.state.view.cells[0];
  }

  get currentNode(): NodeView | undefined {
    return this.currentCell?.nodes.find((node) => node.id === this.state.node);
  }

  /** Name of the space with which the score is compared; empty for none. */
  get space(): string {
    const { chosenSpace, view } = this.state;
    if (chosenSpace === "-") return "";
    return chosenSpace || spaceOf(view.space, view.source?.format ?? "");
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  /** Take over an edit of the drawing, a table or the text. */
  edit(text: string, selected?: string, typing = ""): void {
    if (text === this.state.text) return;
    this.history.push(text, typing);
    this.show(text, { notice: null, ...(selected === undefined ? {} : { node: selected }) });
  }

  undo(): void {
    const text = this.history.undo();
    if (text !== undefined) this.show(text, { notice: null });
  }

  redo(): void {
    const text = this.history.redo();
    if (text !== undefined) this.show(text, { notice: null });
  }

  private show(text: string, changes: Partial<State>): void {
    const view = text.length <= MAX_CHARACTERS ? documentView(text) : null;
    const cells = (view ?? this.state.view).cells.map((cell) => cell.name);
    const cell = cells.includes(this.state.cell) ? this.state.cell : (cells[0] ?? "");
    this.set({ ...changes, text, view: view ?? this.state.view, stale: !view, cell });
    void this.score();
  }

  /** Score the current text; while a score is computed, only the newest text waits. */
  async score(): Promise<void> {
    if (this.state.isScoring) return;
    this.set({ isScoring: true });
    while (this.scoredText !== this.state.text) {
      const { text, file } = this.state;
      const outcome = await this.client.ask<"score">({ do: "score", text, file }).catch(unexpected);
      this.scoredText = text;
      this.set({ outcome });
    }
    this.set({ isScoring: false });
  }

  select(node: string, cell = this.state.cell): void {
    if (node !== this.state.node || cell !== this.state.cell) this.set({ node, cell });
  }

  chooseSpace(chosenSpace: string): void {
    this.set({ chosenSpace });
  }

  dismiss(): void {
    this.set({ notice: null });
  }

  say(text: string, isError = false): void {
    this.set({ notice: { ...NOTHING, text, isError } });
  }

  /** Keep the current architecture as A; the edited one is B. */
  keep(): void {
    this.set({ kept: { text: this.state.text, outcome: this.state.outcome } });
  }

  forget(): void {
    this.set({ kept: null });
  }

  /** Exchange A and B. */
  swap(): void {
    const { kept, text, outcome } = this.state;
    if (!kept) return;
    this.set({ kept: { text, outcome } });
    this.edit(kept.text);
  }

  /**
   * Replace the document by a text: a document, or a text in a notation.
   *
   * @param notation name of the notation; empty to recognize it
   * @param file name of the file, for messages
   * @param typing name of the field in which the person types, so that one undo takes back a run of letters
   * @returns the message if the text cannot be read, else an empty text
   */
  async take(text: string, notation = "", file = "", typing = ""): Promise<string> {
    if (text.length > MAX_CHARACTERS) return this.refuse(tooLong(text.length).failure.message);
    if (!notation && looksLikeDocument(text)) {
      this.start(text, file, typing);
      return "";
    }
    const reading = await this.client.ask<"read">({ do: "read", text, notation });
    if (reading.kind === "choose") {
      const names = reading.notations;
      const say = `The text fits ${names.length} notations. Choose one:`;
      this.set({ notice: { text: say, isError: false, choices: names, pending: text } });
      return say;
    }
    if (reading.kind === "failure") return typing ? reading.failure.message : this.refuse(reading.failure.message);
    this.start(reading.text, reading.notation ? "" : file, typing);
    return "";
  }

  private refuse(message: string): string {
    this.say(message, true);
    return message;
  }

  private start(text: string, file: string, typing: string): void {
    if (text !== this.state.text) this.history.push(text, typing);
    this.set({ file, node: "", chosenSpace: "" });
    this.scoredText = null;
    this.show(text, { notice: null });
  }

  /** Read a file that was dropped or chosen. */
  async takeFile(file: File): Promise<void> {
    const head = new Uint8Array(await file.slice(0, 512).arrayBuffer());
    const foreign = foreignFile(file.name, head);
    if (foreign) this.say(foreign, true);
    else if (file.size > MAX_CHARACTERS) this.say(`${file.name}: ${tooLong(file.size).failure.message}`, true);
    else await this.take(await file.text(), "", file.name);
  }

  /** Show what a link contains. */
  takeShared({ document, kept, space }: Shared): void {
    this.start(document, "", "");
    this.set({
      chosenSpace: space === "-" || spaceNamed(space) ? space : "",
      kept: kept ? { text: kept, outcome: null } : null,
    });
    if (kept) void this.scoreKept(kept);
  }

  private async scoreKept(text: string): Promise<void> {
    const outcome = await this.client.ask<"score">({ do: "score", text, file: "" });
    if (this.state.kept?.text === text) this.set({ kept: { text, outcome } });
  }

  /** Write the document in a notation. */
  async written(notation: string): Promise<{ text: string; problem: string }> {
    const writing = await this.client.ask<"write">({ do: "write", text: this.state.text, notation });
    if (writing.kind === "failure") return { text: "", problem: writing.failure.message };
    return { text: writing.text, problem: "" };
  }

  /** Load the encoder that reads descriptions, after the person agreed. */
  async loadEncoder(): Promise<void> {
    this.set({ encoder: "loading" });
    const result = await this.client.openEncoder().catch((error: unknown) => failed(String(error)));
    if (result.kind === "opened") {
      this.scoredText = null;
      await this.score();
    } else {
      this.say(result.failure.message, true);
    }
    this.set({ encoder: result.kind === "opened" ? "ready" : "offered" });
  }
}

/** The failure of a browser without what the page needs, such as workers. */
function unexpected(error: unknown): FailureResult {
  return failed(`this browser cannot run the page: ${error instanceof Error ? error.message : String(error)}`);
}

function looksLikeDocument(text: string): boolean {
  return /^\s*\{/.test(text) && /"(format|cells|skeleton|version)"/.test(text);
}
