import type { Page } from '@playwright/test';

/** How far two colours may lie apart, of 255, before a pixel counts as another: edges of letters are drawn a little otherwise elsewhere. */
const APART = 56;

/** How large a part of two pictures (PNG) differs, from 0 to 1; 1 where their sizes differ. Compared in the browser, which can read them. */
export async function partThatDiffers(page: Page, one: Buffer, other: Buffer): Promise<number> {
  return page.evaluate(
    async ([a, b, apart]) => {
      const pixels = async (base64: string) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
        if (!context) throw new Error('no canvas');
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height);
      };
      const [first, second] = await Promise.all([pixels(a), pixels(b)]);
      if (first.width !== second.width || first.height !== second.height) return 1;
      let different = 0;
      for (let at = 0; at < first.data.length; at += 4) {
        const far = Math.max(...[0, 1, 2].map((channel) => Math.abs((first.data[at + channel] ?? 0) - (second.data[at + channel] ?? 0))));
        if (far > apart) different += 1;
      }
      return different / (first.width * first.height);
    },
    [one.toString('base64'), other.toString('base64'), APART] as const,
  );
}
