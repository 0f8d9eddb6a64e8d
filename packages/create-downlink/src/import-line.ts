/** Writes an import as the file writes its own. */

/** @returns with the end of its line */
export function importLine(text: string, specifier: string, names = ''): string {
  const quote = (text.match(/from "/g)?.length ?? 0) > (text.match(/from '/g)?.length ?? 0) ? '"' : "'"
  const end = `${/;[ \t]*\r?\n/.test(text) ? ';' : ''}${text.includes('\r\n') ? '\r\n' : '\n'}`
  return `import ${names === '' ? '' : `${names} from `}${quote}${specifier}${quote}${end}`
}

/** Before all of a module's statements, and after what must stay first: comments such as `// @ts-check`, and directives. */
export function withFirstLines(text: string, lines: string): string {
  const [head = ''] = leading.exec(text) ?? []
  return `${head}${lines}${text.slice(head.length)}`
}

const leading = /^\uFEFF?(?:#![^\n]*\n)?(?:\s*(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|(['"])use [\w ]+\1;?))*\s*/
