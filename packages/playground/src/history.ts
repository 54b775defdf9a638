/** Undo and redo over texts, bounded in number and in size. */

const MOST_ENTRIES = 300;
const MOST_CHARACTERS = 8_000_000;
const PAUSE = 1_000;

/** Texts before and after the current one. */
export class History {
  private past: string[] = [];
  private future: string[] = [];
  private typing = "";
  private time = 0;

  constructor(private current: string) {}

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Add a text; letters typed into one field without a pause are one step. */
  push(text: string, typing = ""): void {
    const now = Date.now();
    const goesOn = typing !== "" && typing === this.typing && now - this.time < PAUSE && this.canUndo;
    if (!goesOn) this.past.push(this.current);
    this.current = text;
    this.future = [];
    this.typing = typing;
    this.time = now;
    this.forgetOldest();
  }

  undo(): string | undefined {
    return this.step(this.past, this.future);
  }

  redo(): string | undefined {
    return this.step(this.future, this.past);
  }

  private step(from: string[], to: string[]): string | undefined {
    const text = from.pop();
    if (text === undefined) return undefined;
    to.push(this.current);
    this.current = text;
    this.typing = "";
    return text;
  }

  private forgetOldest(): void {
    let size = this.past.reduce((sum, text) => sum + text.length, 0);
    while (this.past.length > MOST_ENTRIES || (size > MOST_CHARACTERS && this.past.length > 1)) {
      size -= this.past.shift()?.length ?? 0;
    }
  }
}
