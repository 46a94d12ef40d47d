import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

const renderer: UserConfig = {
  root: 'renderer',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    minify: true,
    modulePreload: { polyfill: false },
    // The content security policy allows no inline script and no data: script.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
};

/** Sandboxed preloads are CommonJS and may require nothing but `electron`. */
const preload: UserConfig = {
  build: {
    outDir: 'out/preload',
    emptyOutDir: true,
    target: 'chrome130',
    minify: false,
    reportCompressedSize: false,
    lib: { entry: 'preload/index.ts', formats: ['cjs'], fileName: () => 'index.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
};

export default defineConfig(({ mode }) => (mode === 'preload' ? preload : renderer));
