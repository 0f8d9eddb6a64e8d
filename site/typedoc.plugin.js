/** Gives the modules of the reference the names by which they are imported, and its pages a way back to the docs. */
import { Converter, JSX } from 'typedoc'
import { importNames } from './typedoc.config.js'

export function load({ converter, renderer }) {
  converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName
    if (reflection.parent?.isProject()) reflection.name = importNames.get(file) ?? reflection.name
  })
  renderer.hooks.on('pageSidebar.begin', (page) =>
    JSX.createElement(
      'p',
      null,
      JSX.createElement('a', { href: page.relativeURL('../index.html') }, 'All of the docs'),
    ),
  )
}
