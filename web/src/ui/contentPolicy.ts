import { type CSSVariablesResolver, defaultCssVariablesResolver, type MantineTheme } from '@mantine/core';

/**
 * Mantine writes its colours into a style tag, which our content policy refuses (style-src 'self').
 * A constructed sheet says the same and needs no exception.
 */
export function adoptVariables(theme: MantineTheme, resolver: CSSVariablesResolver): void {
  const standard = defaultCssVariablesResolver(theme);
  const own = resolver(theme);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    [
      rule(':root', { ...standard.variables, ...own.variables }),
      rule(':root[data-mantine-color-scheme="light"]', { ...standard.light, ...own.light }),
      rule(':root[data-mantine-color-scheme="dark"]', { ...standard.dark, ...own.dark }),
    ].join('\n'),
  );
  document.adoptedStyleSheets = [sheet];
}

function rule(selector: string, variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}:${value};`);
  return `${selector}{${lines.join('')}}`;
}
