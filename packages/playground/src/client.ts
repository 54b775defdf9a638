/**
 * The page's side of the worker.
 *
 * `ask` sends a job. A job that takes too long is given up, and the worker is replaced, so no document blocks the page.
 */

import {
  failed,
  type Answer,
  type BundleFiles,
  type Job,
  type Opening,
  type Question,
  type Results,
} from "./protocol.js";

const PATIENCE = 10_000;
const PATIENCE_FOR_DOWNLOADS = 300_000;

interface Waiting {
  readonly answer: (result: Answer["result"]) => void;
  readonly timer: number;
}

/** Starts workers and asks them. */
export class Client {
  private worker: Worker | null = null;
  private next = 0;
  private waiting = new Map<number, Waiting>();
  private opened: Promise<Opening> | null = null;
  private withEncoder = false;

  /**
   * @param script address of the script that runs in the worker
   * @param files files of the bundle if the page contains them, else null
   * @param base address of the folder with the bundles
   */
  constructor(
    private readonly script: string,
    private readonly files: BundleFiles | null,
    private readonly base: string,
  ) {}

  /** Open the predictor; the result is kept, and a failure is tried again by the next question. */
  open(): Promise<Opening> {
    this.opened ??= this.send<"open">({ do: "open", files: this.files, base: this.base }, PATIENCE_FOR_DOWNLOADS).then(
      (result) => {
        if (result.kind === "failure") this.opened = null;
        return result;
      },
    );
    return this.opened;
  }

  /** Load the encoder of descriptions. */
  async openEncoder(): Promise<Opening> {
    const result = await this.send<"encoder">({ do: "encoder", base: this.base }, PATIENCE_FOR_DOWNLOADS);
    this.withEncoder = result.kind === "opened";
    return result;
  }

  /** Ask for the result of a job, after the predictor is open. */
  async ask<Name extends "score" | "read" | "write">(job: Job & { do: Name }): Promise<Results[Name]> {
    const opening = await this.open();
    if (opening.kind === "failure") return opening;
    return this.send<Name>(job, PATIENCE);
  }

  private send<Name extends keyof Results>(job: Job & { do: Name }, patience: number): Promise<Results[Name]> {
    const id = this.next++;
    return new Promise((resolve) => {
      const worker = (this.worker ??= this.started());
      const timer = window.setTimeout(
        () => this.giveUp("the document takes too long, expected a smaller one"),
        patience,
      );
      this.waiting.set(id, { answer: (result) => resolve(result as Results[Name]), timer });
      worker.postMessage({ id, job } satisfies Question);
    });
  }

  private started(): Worker {
    const worker = new Worker(this.script);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      window.clearTimeout(waiting?.timer);
      waiting?.answer(data.result);
    };
    worker.onerror = (event) => this.giveUp(`the scoring stopped: ${event.message || "unknown error"}`);
    return worker;
  }

  /** Answer all open questions with a failure and start again. */
  private giveUp(message: string): void {
    const open = [...this.waiting.values()];
    this.worker?.terminate();
    this.worker = null;
    this.opened = null;
    this.waiting.clear();
    for (const { answer, timer } of open) {
      window.clearTimeout(timer);
      answer(failed(message));
    }
    if (this.withEncoder) void this.open().then(() => this.openEncoder());
  }
}
