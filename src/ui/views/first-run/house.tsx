import { LANTERN, lightOf, PANES } from './house-panes.ts';

const FRAMES = PANES.map((pane) => pane.path).join('') + LANTERN;

/** The house fills with light as far as the model is here: 0 to 1. Without progress it stands as it is, unlit. */
export function House({ share, label }: { share: number; label: string }) {
  return (
    <svg className="house" viewBox="0 -2 720 131" role="img" aria-label={label}>
      <g>
        {PANES.map((pane, index) => {
          const light = lightOf(pane, index, share);
          return light === 0 ? null : <path key={pane.path} className="lit" d={pane.path} opacity={light.toFixed(2)} />;
        })}
      </g>
      <path className="frame-line" d={FRAMES} />
      <path className="frame-line ground" d="M0 128H720" />
    </svg>
  );
}
