import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const adoptedStyles = fileURLToPath(new URL('./src/styles/adopted-styles.ts', import.meta.url));

/**
 * Ant Design and its parts write their styles into <style> elements, which the policy `style-src 'self'` forbids. The
 * two modules that do so are replaced by one that adopts constructed style sheets, which the policy does not concern.
 */
const adoptStyles: Plugin = {
  name: 'doorbell-adopt-styles',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    if (!/(dynamicCSS|cssUtils)(\.js)?$/.test(source)) return null;
    const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
    const isWriter = /(@rc-component\/util\/es\/Dom\/dynamicCSS|@ant-design\/icons\/es\/cssUtils)\.js$/;
    return resolved !== null && isWriter.test(resolved.id) ? adoptedStyles : resolved;
  },
};

export default defineConfig({
  // The contract's signatures use node:crypto; the console takes only its tables, and a warning each helps nobody.
  logLevel: 'error',
  plugins: [adoptStyles, react()],
  resolve: { conditions: ['doorbell-source', 'module', 'browser', 'production'] },
  build: {
    target: 'es2023',
    // The polyfill would be one more script for browsers that cannot run the rest either.
    modulePreload: { polyfill: false },
    // No data: URLs for fonts or styles, which the policy forbids.
    assetsInlineLimit: 0,
    manifest: true,
    chunkSizeWarningLimit: 1_000,
  },
});
