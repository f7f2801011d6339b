import { Sign } from '../components/sign.tsx';
import { say } from '../words/say.ts';
import './refused-view.css';

/** This window has no key to the server, or an old one. Calm, and with the one thing to do. */
export function RefusedView() {
  return (
    <main className="refused">
      <div>
        <Sign lit="" />
        <h1>{say`This window has no key to Glasshouse`}</h1>
        <p>
          {say`Only windows that Glasshouse opens itself may look inside. Start it again in a terminal and follow the address that it prints; your conversations are where they were.`}
        </p>
        <pre className="pre">{say`npm start`}</pre>
      </div>
    </main>
  );
}
