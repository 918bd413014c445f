const shells = /^(console|sh|bash|shell|powershell|pwsh)$/;
const inProse = /`((?:npm|npx|az|azd|curl|func|pal|docker)\s[^`]+)`/g;

/**
 * The commands that a document gives, in their order: the lines of its shell blocks, continued ones joined and without the
 * comments behind them, and what stands in the text with its arguments.
 */
export function commandsIn(text: string): string[] {
  const blocks: string[] = [];
  const prose = text.replaceAll(
    /^[ \t]*```(\w*)\n([^]*?)^[ \t]*```/gm,
    (_, language: string, body: string) => {
      if (shells.test(language)) blocks.push(...linesOf(body));
      return '';
    },
  );
  // A heading names a command; it does not tell anybody to run it.
  const named = [...prose.replaceAll(/^#+ .*$/gm, '').matchAll(inProse)].map(([, command = '']) => command);
  return [...blocks, ...named.map((command) => command.replaceAll(/\s+/g, ' '))];
}

function linesOf(body: string): string[] {
  return body
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s{2,})# .*$/, '').trim())
    .filter((line) => line !== '');
}
