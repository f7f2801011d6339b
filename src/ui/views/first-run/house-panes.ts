/** The glasshouse of the first page: two wings and a dome, drawn in a box of 720 by 131 whose upper edge lies at −2. */

export interface Pane {
  readonly path: string;
  /** Its middle, from 0 (left) to 720. */
  readonly middle: number;
  readonly left: number;
  readonly right: number;
}

const WIDTH = 720;
const GROUND = 128;
const SILL = 92;
const WING_ROOF = 62;
const DOME_FOOT = 66;
const WING = { left: 20, right: 700, pane: 24, slope: 14 } as const;
const DOME = { left: 236, right: 484, panes: 10, middle: 360, rings: [66, 41, 19.5], height: 50 } as const;

const point = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`;
const polygon = (points: readonly string[]) => `M${points.join('L')}Z`;

function pane(points: readonly (readonly [number, number])[], left: number, right: number): Pane {
  return { path: polygon(points.map(([x, y]) => point(x, y))), middle: (left + right) / 2, left, right };
}

/** All panes that can be lit, from left to right within each storey. */
export const PANES: readonly Pane[] = [...wing('left'), ...centre(), ...dome(), ...wing('right')];

/** What stays dark: the lantern on the dome. */
export const LANTERN = 'M341.8 19.5L341.8 11.5L360.0 6.5L360.0 19.5ZM360.0 19.5L360.0 6.5L378.2 11.5L378.2 19.5ZM360 6.5V-1';

/** How light a pane is: 0 before the light has come to it, a little while it comes, then each its own shade, as glass has. */
export function lightOf(one: Pane, index: number, share: number): number {
  const light = share * WIDTH;
  if (one.middle <= light) return 0.4 + ((index * 0.15) % 0.41);
  return one.left < light ? 0.16 : 0;
}

function wing(side: 'left' | 'right'): Pane[] {
  const panes: Pane[] = [];
  const [from, to] = side === 'left' ? [WING.left, DOME.left] : [DOME.right, WING.right];
  for (let left = from; left < to - 1; left += WING.pane) {
    const right = left + WING.pane;
    const upLeft = left === WING.left ? left + WING.slope : left;
    const upRight = right === WING.right ? right - WING.slope : right;
    panes.push(
      pane(
        [
          [left, GROUND],
          [left, SILL],
          [right, SILL],
          [right, GROUND],
        ],
        left,
        right,
      ),
      pane(
        [
          [left, SILL],
          [upLeft, WING_ROOF],
          [upRight, WING_ROOF],
          [right, SILL],
        ],
        left,
        right,
      ),
    );
  }
  return panes;
}

function centre(): Pane[] {
  const panes: Pane[] = [];
  const width = (DOME.right - DOME.left) / DOME.panes;
  for (let index = 0; index < DOME.panes; index += 1) {
    const left = DOME.left + index * width;
    const right = left + width;
    panes.push(
      pane(
        [
          [left, GROUND],
          [left, SILL],
          [right, SILL],
          [right, GROUND],
        ],
        left,
        right,
      ),
      pane(
        [
          [left, SILL],
          [left, DOME_FOOT],
          [right, DOME_FOOT],
          [right, SILL],
        ],
        left,
        right,
      ),
    );
  }
  return panes;
}

/** Half an ellipse, cut by rings and meridians. */
function dome(): Pane[] {
  const panes: Pane[] = [];
  const half = (DOME.right - DOME.left) / 2;
  /** Where a meridian, from −1 to 1, is at a height. */
  const at = (meridian: number, y: number) => DOME.middle + meridian * half * Math.sqrt(1 - ((DOME_FOOT - y) / DOME.height) ** 2);
  for (let ring = 0; ring + 1 < DOME.rings.length; ring += 1) {
    const low = DOME.rings[ring] ?? 0;
    const high = DOME.rings[ring + 1] ?? 0;
    const heights = Array.from({ length: 7 }, (_, step) => low + ((high - low) * step) / 6);
    for (let index = 0; index < DOME.panes; index += 1) {
      const west = -1 + (2 * index) / DOME.panes;
      const east = -1 + (2 * (index + 1)) / DOME.panes;
      const up = heights.map((y) => [at(west, y), y] as const);
      const down = heights.toReversed().map((y) => [at(east, y), y] as const);
      const across = [...up, ...down].map(([x]) => x);
      panes.push(pane([...up, ...down], Math.min(...across), Math.max(...across)));
    }
  }
  return panes;
}
