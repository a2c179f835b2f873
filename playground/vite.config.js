import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const page = (name) => fileURLToPath(new URL(name, import.meta.url));
const server = process.env.CHOWK_URL ?? 'http://127.0.0.1:4000';

export default defineConfig({
  // Relative, so that the pages also work below a path of a reverse proxy.
  base: './',
  plugins: [react()],
  build: {
    outDir: 'dist',
    sourcemap: false,
    target: 'es2022',
    // The editor alone is over the usual limit; it is cached for good by its hashed name.
    chunkSizeWarningLimit: 8000,
    rolldownOptions: {
      input: { index: page('index.html'), shop: page('shop.html') },
      // GraphiQL's packages are compiled already; their leftover directives mean nothing here.
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
  server: {
    host: '127.0.0.1',
    // The saved operations live beside this folder.
    fs: { allow: [page('..')] },
    proxy: {
      '/graphql/ws': { target: server, ws: true },
      '/graphql': server,
      '/playground': server,
      '/images': server,
      '/schema.graphql': server,
    },
  },
});
