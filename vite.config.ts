import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The interface's face is wanted at the first paint: it is fetched together with the script. The other faces come when they are used. */
const preloadInterfaceFont: Plugin = {
  name: 'preload-interface-font',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const file = Object.keys(bundle ?? {}).find((name) => /hanken-grotesk-latin-wght-normal.*\.woff2$/.test(name));
      if (!file) return [];
      return [
        {
          tag: 'link',
          attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
          injectTo: 'head-prepend',
        },
      ];
    },
  },
};

export default defineConfig({
  root: 'src/ui',
  base: '/',
  plugins: [react(), preloadInterfaceFont],
  // The server puts a fresh nonce where this stands, in every answer.
  html: { cspNonce: '__NONCE__' },
  build: {
    target: 'es2023',
    // The policy allows no data: fonts, and small files are better cached on their own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
  },
});
