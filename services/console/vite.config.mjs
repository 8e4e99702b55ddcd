import { join } from 'node:path';
import { defineConfig } from 'vite';

const page = (name) => join(import.meta.dirname, name);

/** Two pages: the desk for staff, and what a tenant's customers see, which loads none of the desk. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  logLevel: 'error',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the content security policy takes no data: URLs
    rolldownOptions: { input: { desk: page('desk.html'), subject: page('subject.html') } },
  },
  server: { proxy: { '/v1': process.env.TENANTRY_URL ?? 'http://127.0.0.1:8080' } },
});
