import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** What a screen cannot do without; the other alphabets' letters are loaded, and kept by the browser, when they occur. */
const KEPT = /^assets\/(?:.*\.(?:js|css)|inter-latin-wght-normal-[^/]*\.woff2)$/;

/** The service worker is built as /sw.js, by itself, and told which files are this version. */
export function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: (_options, bundle) => {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('There is no service worker.');
      if (worker.imports.length > 0) throw new Error(`The service worker shares code with the app: ${worker.imports}.`);
      const files = Object.keys(bundle).filter((name) => KEPT.test(name));
      const list = JSON.stringify(files.map((name) => `/${name}`).sort());
      const code = worker.code.replace(/\b__ASSETS__\b/g, list);
      const build = createHash('sha256').update(code).digest('hex').slice(0, 16);
      worker.code = code.replace(/\b__BUILD__\b/g, JSON.stringify(build));
    },
  };
}
