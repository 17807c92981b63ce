import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib';
import type { Plugin } from 'vite';

const WORTH_IT = /\.(js|css|html|svg|json|webmanifest|txt|md)$/;

/** Writes name.br and name.gz beside every text file of the build: the server sends them as they are. */
export function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved: (config) => {
      folder = resolve(config.root, config.build.outDir);
    },
    // Not closeBundle: that is called after a failure as well, and would hide it behind its own.
    writeBundle: () => {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (WORTH_IT.test(name)) compress(join(folder, name));
      }
    },
  };
}

function compress(path: string): void {
  const plain = readFileSync(path);
  if (plain.length < 1024) return;
  const options = { params: { [zlib.BROTLI_PARAM_QUALITY]: 11, [zlib.BROTLI_PARAM_SIZE_HINT]: plain.length } };
  writeFileSync(`${path}.br`, brotliCompressSync(plain, options));
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
}
