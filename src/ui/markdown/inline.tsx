import { ImageOff } from 'lucide-react';
import { useContext } from 'react';
import type { Token, Tokens } from 'marked';
import { Icon } from '../components/icon.tsx';
import { PlacesContext } from './places.ts';
import { safeAddress, withoutEntities } from './markdown-blocks.ts';
import { say } from '../words/say.ts';

/** Words inside a block. What is written as HTML is shown as it is written (S6). */
export function Inline({ tokens }: { tokens: readonly Token[] }) {
  return tokens.map((token, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- words are only ever added at the end
    <InlineToken key={index} token={token} />
  ));
}

function InlineToken({ token }: { token: Token }) {
  switch (token.type) {
    case 'strong':
      return (
        <b>
          <Inline tokens={(token as Tokens.Strong).tokens} />
        </b>
      );
    case 'em':
      return (
        <em>
          <Inline tokens={(token as Tokens.Em).tokens} />
        </em>
      );
    case 'del':
      return (
        <s>
          <Inline tokens={(token as Tokens.Del).tokens} />
        </s>
      );
    case 'codespan':
      return (
        <code>
          <Place word={(token as Tokens.Codespan).text} />
        </code>
      );
    case 'br':
      return <br />;
    case 'link':
      return <Link token={token as Tokens.Link} />;
    case 'image':
      return <Image token={token as Tokens.Image} />;
    case 'escape':
      return (token as Tokens.Escape).text;
    case 'text':
      return token.tokens ? <Inline tokens={token.tokens} /> : <Words text={withoutEntities((token as Tokens.Text).text)} />;
    default:
      return token.raw;
  }
}

/** Words, of which those that name a place lead there. */
function Words({ text }: { text: string }) {
  const placeOf = useContext(PlacesContext);
  if (placeOf === null || !/[./]/.test(text)) return text;
  return text.split(WORDS).map((word, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- words are only ever added at the end
    <Place key={index} word={word} />
  ));
}

/** Between words: spaces, and marks that stand around a path, not in it. */
const WORDS = /([\s()"'“”‘’,;<>]+|[.:!?](?=\s|$))/;

function Place({ word }: { word: string }) {
  const placeOf = useContext(PlacesContext);
  const show = /[./]/.test(word) ? (placeOf?.(word) ?? null) : null;
  if (show === null) return word;
  return (
    <button type="button" className="place" title={say`Show where it was read`} onClick={show}>
      {word}
    </button>
  );
}

function Link({ token }: { token: Tokens.Link }) {
  const address = safeAddress(token.href);
  if (address === null) return <span>{token.raw}</span>;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer" title={address}>
      <Inline tokens={token.tokens} />
    </a>
  );
}

/** A picture from elsewhere is never fetched by the page: that alone would tell its server that it was seen. It can be opened, by a click. */
function Image({ token }: { token: Tokens.Image }) {
  const address = safeAddress(token.href);
  const words = token.text || 'picture';
  if (address === null || !address.startsWith('http')) return <span>{token.raw}</span>;
  return (
    <a className="picture" href={address} target="_blank" rel="noopener noreferrer" title={address}>
      <Icon of={ImageOff} small />
      {words}
      <span className="quiet">
        {say`not loaded:`} {new URL(address).host}
      </span>
    </a>
  );
}
