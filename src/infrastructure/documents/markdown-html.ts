import { Lexer, type Token, type Tokens } from 'marked';
import { escapeHtml } from './escape-html.ts';

/**
 * Markdown as HTML that does nothing (S6): elements of ours, made token by token. What is written as HTML is shown as the words it is,
 * links lead to the web and to mail only, pictures are links.
 */
export function markdownAsHtml(text: string): string {
  try {
    return blocks(new Lexer({ gfm: true }).lex(text.replaceAll(/\r\n?/g, '\n')));
  } catch (error) {
    // Thousands of quotes or lists in each other: as it was written.
    if (!(error instanceof RangeError)) throw error;
    return `<pre>${escapeHtml(text)}</pre>`;
  }
}

function blocks(tokens: readonly Token[]): string {
  return tokens.map(block).join('\n');
}

function block(token: Token): string {
  switch (token.type) {
    case 'space':
    case 'def':
    case 'checkbox':
      return '';
    case 'heading': {
      // The page's own title is the first level; an answer's headings stand below it.
      const level = (token as Tokens.Heading).depth <= 2 ? 'h3' : 'h4';
      return `<${level}>${inline(token.tokens)}</${level}>`;
    }
    case 'code':
      return `<pre><code>${escapeHtml((token as Tokens.Code).text)}</code></pre>`;
    case 'hr':
      return '<hr>';
    case 'blockquote':
      return `<blockquote>${blocks((token as Tokens.Blockquote).tokens)}</blockquote>`;
    case 'list':
      return list(token as Tokens.List);
    case 'table':
      return table(token as Tokens.Table);
    case 'paragraph':
    case 'text':
      return `<p>${inline(token.tokens ?? [token])}</p>`;
    default:
      return `<p>${escapeHtml(token.raw.trimEnd())}</p>`;
  }
}

function list(token: Tokens.List): string {
  const items = token.items.map((item) => {
    const mark = item.task ? (item.checked ? '☑ ' : '☐ ') : '';
    const inside = item.tokens.map((child) =>
      child.type === 'text' && !token.loose ? inline((child as Tokens.Text).tokens ?? [child]) : block(child),
    );
    return `<li>${mark}${inside.filter((each) => each !== '').join('\n')}</li>`;
  });
  if (!token.ordered) return `<ul>${items.join('\n')}</ul>`;
  const start = typeof token.start === 'number' && token.start !== 1 ? ` start="${token.start}"` : '';
  return `<ol${start}>${items.join('\n')}</ol>`;
}

function table(token: Tokens.Table): string {
  const row = (cells: readonly Tokens.TableCell[], name: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${name}${cell.align === 'right' ? ' class="figure"' : ''}>${inline(cell.tokens)}</${name}>`).join('')}</tr>`;
  const body = token.rows.map((cells) => row(cells, 'td')).join('\n');
  return `<div class="table"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>`;
}

function inline(tokens: readonly Token[] = []): string {
  return tokens.map(words).join('');
}

function words(token: Token): string {
  switch (token.type) {
    case 'strong':
      return `<b>${inline(token.tokens)}</b>`;
    case 'em':
      return `<em>${inline(token.tokens)}</em>`;
    case 'del':
      return `<s>${inline(token.tokens)}</s>`;
    case 'codespan':
      return `<code>${escapeHtml((token as Tokens.Codespan).text)}</code>`;
    case 'br':
      return '<br>';
    case 'link':
      return link((token as Tokens.Link).href, inline(token.tokens), token.raw);
    case 'image': {
      const { href, text } = token as Tokens.Image;
      // A picture from elsewhere would tell its server that it was seen.
      return link(href, `[picture: ${escapeHtml(text || href)}]`, token.raw);
    }
    case 'escape':
      return escapeHtml((token as Tokens.Escape).text);
    case 'text':
      return token.tokens ? inline(token.tokens) : escapeButEntities((token as Tokens.Text).text);
    default:
      return escapeHtml(token.raw);
  }
}

function link(href: string, inside: string, raw: string): string {
  const address = safeAddress(href);
  return address === null ? escapeHtml(raw) : `<a href="${escapeHtml(address)}" rel="noopener noreferrer">${inside}</a>`;
}

/** The address of a link that may be followed: the web and mail. Null: it is shown as text. */
function safeAddress(href: string): string | null {
  try {
    const url = new URL(href);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Characters that are written by name or number are meant as such; in a text they are never markup. */
function escapeButEntities(text: string): string {
  return text
    .split(/(&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8});)/i)
    .map((piece, index) => (index % 2 === 1 ? piece : escapeHtml(piece)))
    .join('');
}
