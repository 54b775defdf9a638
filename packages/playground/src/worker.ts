/** The worker: answers the questions of the page one after the other, so that the page never waits. */

import type { Answer, Question } from "./protocol.js";
import { Scoring } from "./scoring.js";

/** The part of a worker's global object that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Question>) => void) | null;
  postMessage(answer: Answer): void;
}

/** Serve the questions that the page sends. */
export function serve(scope: WorkerScope): void {
  const scoring = new Scoring();
  let before: Promise<void> = Promise.resolve();
  scope.onmessage = ({ data }) => {
    const answer = async () => scope.postMessage({ id: data.id, result: await scoring.run(data.job) });
    // The encoder is a long download, which must not hold up the scores.
    if (data.job.do === "encoder") void answer();
    else before = before.then(answer);
  };
}
