/// <reference types="vitest/config" />
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { offline } from './offline.ts';
import { precompress } from './precompress.ts';

/** The hub that `npm run dev` talks to. */
const hub = process.env.HUBBUB_URL ?? 'http://127.0.0.1:8000';
const behind = ['/api', '/media', '/static', '/admin', '/sign-in', '/sign-out', '/enter', '/sandbox-api'];

export default defineConfig({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single' }),
    react(),
    offline(),
    precompress(),
  ],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  build: {
    outDir: '../hubbub/webapp/dist',
    emptyOutDir: true,
    // Licences of everything in the bundle go along with it.
    license: true,
    manifest: true,
    // A data: address would have to be allowed by the policy; a file need not.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/pwa/worker/sw.ts' },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: {
    proxy: {
      ...Object.fromEntries(behind.map((path) => [path, { target: hub }])),
      '/socket.io': { target: hub, ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
