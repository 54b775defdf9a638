/** The state of the page, its history, and everything that a person can do to it. */

import type { Client } from "./client.js";
import { documentView, type CellView, type DocumentView, type NodeView } from "./document.js";
import { History } from "./history.js";
import { textOf } from "./opened_file.js";
import type { Shared } from "./share.js";
import { failed, MAX_CHARACTERS, messageOf, tooLong, type FailureResult, type Outcome } from "./protocol.js";
import { spaceNamed, spaceOf } from "./quantiles.js";
import { START } from "./start.js";

/** An architecture that is kept for comparison. */
interface Kept {
  readonly text: string;
  readonly outcome: Outcome | null;
}

/** A sentence about something that happened, such as a file that cannot be read. */
interface Notice {
  readonly text: string;
  readonly isError: boolean;
  /** Notations among which the person chooses for `pending`. */
  readonly choices: readonly string[];
  readonly pending: string;
}

type EncoderState = "absent" | "offered" | "loading" | "ready";

export interface State {
  readonly text: string;
  /** Name of the file from which the text came, for messages; empty if none. */
  readonly file: string;
  /** The last text that can be drawn, as a view. */
  readonly view: DocumentView;
  /** Whether `text` is not JSON, or too large for a drawing, so that `view` shows an older one. */
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
  /** Number of the text that is shown, and of the one to which `outcome` belongs. */
  private wanted = 1;
  private scored = 0;

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
    void this.scoreAgain();
  }

  private scoreAgain(): Promise<void> {
    this.wanted++;
    return this.score();
  }

  /** Score the current text; while a score is computed, only the newest text waits. */
  async score(): Promise<void> {
    if (this.state.isScoring) return;
    this.set({ isScoring: true });
    while (this.scored !== this.wanted) {
      const { wanted } = this;
      const { text, file } = this.state;
      const outcome = await this.client.ask<"score">({ do: "score", text, file }).catch(unexpected);
      this.scored = wanted;
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
    this.keepText(this.state.text, this.outcomeOfText);
  }

  /** The outcome of the current text; null while it is computed. */
  private get outcomeOfText(): Outcome | null {
    return this.scored === this.wanted ? this.state.outcome : null;
  }

  private keepText(text: string, outcome: Outcome | null): void {
    this.set({ kept: { text, outcome } });
    if (!outcome) void this.scoreKept(text);
  }

  forget(): void {
    this.set({ kept: null });
  }

  /** Exchange A and B. */
  swap(): void {
    const { kept } = this.state;
    if (!kept) return;
    this.keep();
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
    if (reading.kind === "failure") {
      const { message } = reading.failure;
      if (typing) return message;
      if (!/\.json$/i.test(file)) return this.refuse(message);
      this.start(text, file, "");
      return message;
    }
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
    this.show(text, { notice: null });
  }

  /** Read a file that was dropped or chosen. */
  async takeFile(file: File): Promise<void> {
    try {
      await this.take(await textOf(file), "", file.name);
    } catch (error) {
      this.refuse(messageOf(error));
    }
  }

  /** Show what a link contains. */
  takeShared({ document, kept, space }: Shared): void {
    this.start(document, "", "");
    this.set({ chosenSpace: space === "-" || spaceNamed(space) ? space : "", kept: null });
    if (kept) this.keepText(kept, null);
  }

  private async scoreKept(text: string): Promise<void> {
    const outcome = await this.client.ask<"score">({ do: "score", text, file: "" }).catch(unexpected);
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
      if (this.state.kept) this.keepText(this.state.kept.text, null);
      await this.scoreAgain();
    } else {
      this.say(result.failure.message, true);
    }
    this.set({ encoder: result.kind === "opened" ? "ready" : "offered" });
  }
}

/** The failure of a browser without what the page needs, such as workers. */
function unexpected(error: unknown): FailureResult {
  return failed(`this browser cannot run the page: ${messageOf(error)}`);
}

function looksLikeDocument(text: string): boolean {
  return /^\s*\{/.test(text) && /"(format|cells|skeleton|version)"/.test(text);
}
