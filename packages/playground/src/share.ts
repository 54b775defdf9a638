/** Links that contain the document: text to compressed fragment and back. Nothing is sent anywhere. */

import { MAX_CHARACTERS } from "./protocol.js";

const MAX_LINK = 200_000;

/** What a link contains: the document, the one kept for comparison and the chosen space. */
export interface Shared {
  readonly document: string;
  readonly kept: string;
  readonly space: string;
}

/** Return the fragment of a link. Throws an error with a sentence if the link would be too long. */
export async function fragmentOf({ document, kept, space }: Shared): Promise<string> {
  const parts = new URLSearchParams({ d: await compressed(document) });
  if (kept) parts.set("a", await compressed(kept));
  if (space) parts.set("s", space);
  const fragment = `#${parts.toString()}`;
  if (fragment.length > MAX_LINK) throw new Error("the document is too large for a link, save it as JSON instead");
  return fragment;
}

/**
 * Read the fragment of a link; null if it contains no document.
 *
 * Throws an error with a sentence if the link is broken or its document too large.
 */
export async function sharedIn(fragment: string): Promise<Shared | null> {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  const document = parts.get("d");
  if (document === null) return null;
  if (fragment.length > MAX_LINK) {
    throw new Error(`the link is too long, expected at most ${MAX_LINK.toLocaleString("en-US")} characters`);
  }
  const kept = parts.get("a");
  return {
    document: await expanded(document),
    kept: kept === null ? "" : await expanded(kept),
    space: (parts.get("s") ?? "").slice(0, 100),
  };
}

async function compressed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function expanded(code: string): Promise<string> {
  try {
    const binary = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return await bounded(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Error("the link is broken, expected a link that this page made");
  }
}

/** Read a stream of UTF-8 text; stop when it is longer than the page reads. */
async function bounded(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > MAX_CHARACTERS) {
      await reader.cancel();
      throw new RangeError("the document in the link is too large, expected at most 1 MB");
    }
  }
}
