/** Gives the modules of the reference the names by which they are imported. */
import { Converter } from 'typedoc'
import { importNames } from './typedoc.config.js'

export function load({ converter }) {
  converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName
    if (reflection.parent?.isProject()) reflection.name = importNames.get(file) ?? reflection.name
  })
}
