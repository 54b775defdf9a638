/** Downloads: the document as JSON, and the drawing as SVG. */

/** Let the browser save a text as a file. */
export function download(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

/** Put a text into the clipboard; false if the browser does not allow it, as on pages without encryption. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Return a name for a file from the name of a document. */
export function fileName(name: string, ending: string): string {
  const safe = name
    .replace(/[^\w-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${safe || "architecture"}.${ending}`;
}

/** Characters that XML does not allow, which names in a document may have. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const COPIED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
];

/** Return a drawing of the page as an SVG file in light colors that needs no style sheet. */
export function svgText(svg: SVGSVGElement): string {
  const { theme } = document.documentElement.dataset;
  document.documentElement.dataset["theme"] = "light";
  const text = styledText(svg);
  if (theme === undefined) delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  return text;
}

function styledText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) return "";
  const originals = [...svg.querySelectorAll("*")];
  for (const [place, element] of [...copy.querySelectorAll("*")].entries()) {
    const original = originals[place];
    if (!original) continue;
    const style = getComputedStyle(original);
    for (const name of COPIED) element.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "role", "tabindex", "aria-pressed", "data-node"]) element.removeAttribute(name);
  }
  for (const unseen of copy.querySelectorAll("circle, path[stroke-width='14px']")) unseen.remove();
  const edge = copy.querySelector("g > path")?.getAttribute("stroke") ?? "gray";
  copy.querySelector("marker path")?.setAttribute("fill", edge);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.removeAttribute("class");
  return new XMLSerializer().serializeToString(copy).replace(NOT_XML, "\uFFFD");
}
