/** Builds the frames in which the site plays the examples and runs snippets: each is one page, whole in itself. */
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const target = new URL('dist/play/', import.meta.url)
const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url))
const watchedClient = pathOf('play/watched-client.ts')

/** Whatever makes a telemetry goes through what watches it, but for that itself. */
const watched = {
  name: 'watched client',
  setup({ onResolve }) {
    onResolve({ filter: /\/create-telemetry\.js$/ }, ({ importer }) =>
      importer === watchedClient ? undefined : { path: watchedClient },
    )
  },
}

/** A sandboxed frame is of no origin, to which a file server gives no module: so the script stands in the page. */
async function writeFrame(name, title, entry, head = '', mode = 'production') {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    plugins: [watched],
  })
  const script = outputFiles[0].text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>
body { margin: 0; display: grid; height: 100vh; place-items: center; overflow: hidden; background: #14121f; }
canvas { max-width: 100% !important; max-height: 100vh !important; width: auto !important; height: auto !important; }
</style>
${head}
</head>
<body>
<script type="module">${script}</script>
</body>
</html>
`
  await writeFile(new URL(`${name}.html`, target), page)
}

/** Lets the code of a snippet import by name what the frame has. */
async function importMap(specifiers) {
  const imports = {}
  for (const specifier of specifiers) {
    const names = Object.keys(await import(specifier))
    const code = `export const { ${names.join(', ')} } = downlinkModules[${JSON.stringify(specifier)}]`
    imports[specifier] = `data:text/javascript,${encodeURIComponent(code)}`
  }
  return `<script type="importmap">${JSON.stringify({ imports })}</script>`
}

await mkdir(target, { recursive: true })
const games = { pixi: 'Pop', phaser: 'Catch', excalibur: 'Dodge', three: 'Orbit' }
for (const [name, title] of Object.entries(games)) {
  await writeFrame(name, title, pathOf(`../examples/${name}/src/main.${name === 'phaser' ? 'ts' : 'js'}`))
}
const modules = ['@downlink/client', '@downlink/client/auto', '@downlink/client/policies']
await writeFrame('snippet', 'A snippet', pathOf('play/snippet-frame.ts'), await importMap(modules), 'development')
