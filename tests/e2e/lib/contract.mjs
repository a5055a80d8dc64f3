// docs/openapi.yaml as a judge: which operation a request is, whether an answer is one that it promises.
import SwaggerParser from '@apidevtools/swagger-parser'
import Ajv from 'ajv/dist/2020.js'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { root } from './gateway.mjs'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
/** What the listener may answer to anything (components.responses.Refused). */
const LISTENER = [400, 408, 413, 417, 431, 500, 501, 503, 505]

export class Contract {
  /** Rejects a document that breaks the rules of OpenAPI 3.1, a schema with an unknown keyword included. */
  static async load() {
    return new Contract(await SwaggerParser.validate(join(root, 'docs/openapi.yaml')))
  }

  constructor(api) {
    this.api = api
    this.seen = new Set() // "operationId status"
    this.ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
    for (const annotation of ['x-colibri-secret', 'x-colibri-unit', 'x-colibri-v2', 'x-colibri-create']) this.ajv.addKeyword(annotation)
    this.ajv.addFormat('uri-http', /^https?:\/\/[^/@]+/)
    this.operations = Object.entries(api.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => ({
        id: item[method].operationId,
        method: method.toUpperCase(),
        path,
        prefixes: (item.servers ?? api.servers).map(({ url }) => new URL(url).pathname.replace(/\/$/, '')),
        responses: item[method].responses,
        body: item[method].requestBody?.content['application/json'].schema,
        query: (item[method].parameters ?? []).filter((one) => one.in === 'query'),
        tag: item[method].tags[0],
        command: item[method]['x-colibri-command'],
        linking: item[method]['x-colibri-while'] === 'linking',
        open: item[method].security?.length === 0,
      })),
    )
  }

  /** The one operation that the document has for a request. */
  find(method, target) {
    const { pathname } = new URL(target, 'http://any')
    const found = this.operations.filter(
      (one) => one.method === method && one.prefixes.some((prefix) => matches(prefix + one.path, pathname)),
    )
    assert.equal(found.length, 1, `${method} ${target} is ${found.length} operations of the document`)
    return found[0]
  }
  operation(id) {
    const found = this.operations.find((one) => one.id === id)
    assert.ok(found, `no operation ${id}`)
    return found
  }

  /** Fails unless `answer` is one that the operation promises: status, content type and body. */
  check(operation, answer) {
    const { status } = answer
    const what = `${operation.id} ${status}: ${answer.text}`
    const promised = operation.responses[status] ?? (LISTENER.includes(status) && operation.responses.default)
    assert.ok(promised, `not in the document: ${what}`)
    if (!promised.content) assert.equal(answer.text, '', what)
    else this.checkContent(promised, answer, what)
    if (operation.responses[status]) this.seen.add(`${operation.id} ${status}`)
    return answer
  }
  checkContent(promised, answer, what) {
    const { status } = answer
    const [type] = (answer.headers.get('content-type') ?? '').split(';')
    assert.ok(promised.content[type], `${type} is not in the document: ${what}`)
    const isJson = type === 'application/json'
    assert.deepEqual(this.faults(promised.content[type].schema, isJson ? answer.json : answer.text), [], what)
    if (isJson && status >= 400) assert.equal(answer.json.status, status, what)
  }

  /** What is wrong with a value, in the words of the schema; nothing if it is right. */
  faults(schema, value) {
    const validate = this.ajv.compile(schema)
    return validate(value) ? [] : validate.errors.map((e) => `${e.instancePath} ${e.message}`)
  }
  takes(operation, body) {
    return this.faults(operation.body, body).length === 0
  }
}

function matches(template, path) {
  const wanted = template.split('/').filter(Boolean),
    given = path.split('/').filter(Boolean)
  return wanted.length === given.length && wanted.every((word, n) => word.startsWith('{') || word === given[n])
}
