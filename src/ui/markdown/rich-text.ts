/** Elements of an answer that other programs understand as well. Everything around them is ours, and stays behind. */
const KEPT: ReadonlySet<string> = new Set('P H2 H3 UL OL LI BLOCKQUOTE HR BR B EM S CODE TABLE THEAD TBODY TR TH TD'.split(' '));

/** An answer as it is shown, as HTML for another program: its elements without our classes, buttons and frames. */
export function richTextOf(shown: Iterable<Element>): string {
  return [...shown].map((element) => inside(element)).join('\n');
}

function inside(node: Node): string {
  return [...node.childNodes].map((child) => (child instanceof Element ? asHtml(child) : escaped(child.textContent ?? ''))).join('');
}

function asHtml(element: Element): string {
  if (element instanceof SVGElement || element.tagName === 'BUTTON' || element.matches('.picture > .quiet')) return '';
  if (element.matches('.code')) return `<pre><code>${escaped(codeIn(element))}</code></pre>`;
  if (element instanceof HTMLAnchorElement) return `<a href="${escaped(element.href)}">${inside(element)}</a>`;
  if (element.matches('.item-paragraph')) return `<p>${inside(element)}</p>`;
  if (!KEPT.has(element.tagName)) return inside(element);
  const name = element.tagName.toLowerCase();
  if (name === 'br' || name === 'hr') return `<${name}>`;
  const start = element instanceof HTMLOListElement && element.start !== 1 ? ` start="${element.start}"` : '';
  return `<${name}${start}>${inside(element)}</${name}>`;
}

function codeIn(block: Element): string {
  return [...block.querySelectorAll('.lines > div')].map((line) => line.textContent ?? '').join('\n');
}

/** Words as HTML. A line that ends stays one. */
export function plainAsHtml(text: string): string {
  return `<p>${escaped(text).replaceAll('\n', '<br>')}</p>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
