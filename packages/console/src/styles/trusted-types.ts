interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML: (html: string) => string }): unknown;
}

/**
 * The server demands trusted types, so that no script can turn text into markup. ECharts empties its element by an
 * empty innerHTML: that, and nothing else, passes.
 */
export function allowEmptyMarkupOnly(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createHTML: (html) => {
      if (html === '') return html;
      throw new TypeError('The console writes no markup.');
    },
  });
}
