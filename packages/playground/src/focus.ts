/** Keeps the focus near its place when the element that has it disappears, so that no keyboard user begins again. */

const FOCUSABLE =
  'button:not(:disabled):not([tabindex="-1"]), select, textarea, input:not([tabindex="-1"]), [tabindex="0"]';

interface Place {
  readonly element: Element;
  readonly ancestors: readonly Element[];
  /** The elements that the tab key reached before this one. */
  readonly before: readonly Element[];
}

/** Watch the elements below `root`; returns a function that stops. */
export function keepFocus(root: HTMLElement): () => void {
  let place: Place | null = null;
  const stop = new AbortController();
  const observer = new MutationObserver(() => {
    if (!place || document.activeElement !== document.body || isUsable(place.element)) return;
    const next = nearest(place);
    place = null;
    if (next instanceof HTMLElement || next instanceof SVGElement) next.focus({ preventScroll: true });
  });
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ["disabled"] });
  const { signal } = stop;
  root.addEventListener("focusin", ({ target }) => (place = target instanceof Element ? placeOf(target, root) : null), {
    signal,
  });
  document.addEventListener("pointerdown", () => (place = null), { signal, capture: true });
  return () => {
    observer.disconnect();
    stop.abort();
  };
}

function placeOf(element: Element, root: Element): Place {
  const ancestors: Element[] = [];
  for (let each = element.parentElement; each && each !== root; each = each.parentElement) ancestors.push(each);
  const before = [...root.querySelectorAll(FOCUSABLE)].filter(
    (each) => each.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return { element, ancestors: [...ancestors, root], before: before.reverse() };
}

/** The last usable element before the lost one in the closest ancestor that has any, else its first. */
function nearest({ ancestors, before }: Place): Element | undefined {
  for (const ancestor of ancestors) {
    const next = before.find((each) => ancestor.contains(each) && isUsable(each)) ?? ancestor.querySelector(FOCUSABLE);
    if (next && ancestor.isConnected) return next;
  }
  return undefined;
}

function isUsable(element: Element): boolean {
  return element.isConnected && !element.matches(":disabled");
}
