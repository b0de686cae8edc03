// The Node worker of the interop tests: it serves the functions that every test worker serves, and
// obeys the commands that arrive as JSON lines on standard input (README.md lists both). Events and
// answers leave as JSON lines on standard output; everything else goes to standard error.

import { createHash, webcrypto } from 'node:crypto'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'

// The packages expect the global that Node has from version 20 on.
globalThis.crypto ??= webcrypto

console.log = console.error
console.info = console.error
console.debug = console.error

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

// The same bytes in every language: 251 is prime, so a lost or swapped 64 KiB piece shows.
const pattern = (bytes, seed) => {
  const data = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at++) data[at] = (at + seed) % 251
  return data
}

const sum = (data, texts) => ({
  bytes: data.length,
  sha256: createHash('sha256').update(data).digest('hex'),
  texts,
})

// What waits until its token is released; the event is printed once a release would be heard.
const holds = new Map()
const hold = (token, event) => {
  const released = new Promise((resolve) => holds.set(token, resolve))
  say(event)
  return released
}
const halfway = ({ token }) => hold(token, { event: 'halfway', token })

const readAll = async (reader, pause) => {
  const texts = []
  reader.onMessage((text) => texts.push(text))
  if (!pause) return sum(await reader.readAll(), texts)
  const pieces = []
  let bytes = 0
  let left = pause
  for await (const piece of reader.stream) {
    pieces.push(piece)
    bytes += piece.length
    if (left && bytes >= left.after) {
      await halfway(left)
      left = null
    }
  }
  return sum(Buffer.concat(pieces), texts)
}

const writeAll = async (writer, { bytes, seed, text }, pause) => {
  const data = pattern(bytes, seed)
  const end = finished(writer.stream)
  end.catch(() => {}) // It may come while nobody waits for it.
  writer.sendMessage(text)
  let rest = data
  if (pause) {
    await new Promise((resolve) => writer.stream.write(data.subarray(0, pause.after), resolve))
    await halfway(pause)
    rest = data.subarray(pause.after)
  }
  writer.stream.end(rest)
  await end
  return sum(data, [text])
}

const failure = (error) => ({
  code: error.code ?? 'local',
  message: error.message,
  stacktrace: error.stacktrace ?? null,
})

const outcome = (promise) => promise.catch((error) => ({ error: failure(error) }))

// The functions behind `http` triggers.

const echoRequest = (by) => async ({ method, path_params, query_params, headers, body }) => {
  if (query_params.fail) throw new Error(query_params.fail)
  return {
    status_code: Number(query_params.status ?? 200),
    headers: ['Set-Cookie: a=1', 'Set-Cookie: b=2', `X-By: ${by}`],
    body: { by, method, path_params, query_params, token: headers['x-token'] ?? null, body },
  }
}

const download = async ({ query_params }, response) => {
  const data = pattern(Number(query_params.bytes), Number(query_params.seed))
  response.status(206)
  response.headers({ 'content-type': 'application/octet-stream', 'x-sha256': sum(data).sha256 })
  response.stream.end(data)
  await finished(response.stream)
}

const events = async ({ query_params: { token } }, response) => {
  response.headers({ 'content-type': 'text/event-stream' })
  response.stream.write('id: 1\ndata: first\n\n')
  await hold(token, { event: 'held', token })
  response.stream.write('event: note\nid: 2\ndata: second\ndata: line\n\n')
  response.stream.end('id: 3\ndata: last\n\n')
  await finished(response.stream)
}

const upload = async ({ headers, request_body }) => {
  const received = await readAll(request_body)
  return { status_code: 201, body: { ...received, type: headers['content-type'] ?? null } }
}

/** `createChannel(client)` and `http` are what the versions spell differently. */
export const start = ({ registerWorker, createChannel, http }) => {
  const [url, name] = process.argv.slice(2)
  const client = registerWorker(url, { workerName: name })
  const bindings = new Map() // What this worker asked for: our number -> handle.
  const bound = new Map() // What others asked of this worker's trigger type: trigger id -> binding.

  const serve = (id, handler) => client.registerFunction(`${name}::${id}`, handler)

  serve('echo', async (data) => ({ by: name, data }))
  serve('nothing', async () => null)
  serve('fail', async ({ token }) => {
    throw new Error(`boom ${token}`)
  })
  serve('refuse', async ({ token }) => {
    throw Object.assign(new Error(`refused ${token}`), { code: 'interop_refused' })
  })
  serve('note', async ({ token }) => {
    say({ event: 'noted', token })
    return 'a void caller never sees this'
  })
  serve('metadata', async (_data, metadata) => ({ metadata: metadata ?? null }))
  serve('sink', async ({ reader, pause }) => readAll(reader, pause))
  serve('source', async ({ writer, pause, ...what }) => writeAll(writer, what, pause))
  serve('hold', async ({ token }) => hold(token, { event: 'held', token }))
  serve('fired', async (data, metadata) => {
    say({ event: 'fired', token: data.token, metadata: metadata ?? null })
    return { seen: data.token }
  })
  serve('http_echo', http(echoRequest(name)))
  serve('http_download', http(download))
  serve('http_events', http(events))
  serve('http_upload', http(upload))

  client.registerTriggerType(
    { id: `${name}::type`, description: 'A trigger type of the interop tests' },
    {
      registerTrigger: async ({ id, function_id, config, metadata }) => {
        if (config.reject) throw new Error(config.reject)
        bound.set(id, { function_id, metadata })
        const what = { function: function_id, config, metadata: metadata ?? null }
        const event = { event: 'bound', trigger: id, ...what }
        if (config.hold) await hold(config.hold, event)
        else say(event)
      },
      unregisterTrigger: async ({ id }) => {
        bound.delete(id)
        say({ event: 'unbound', trigger: id })
      },
    },
  )

  const commands = {
    call: async ({ function_id, payload, metadata, timeout_ms }) =>
      (await client.trigger({ function_id, payload, metadata, timeoutMs: timeout_ms })) ?? null,
    void: async ({ function_id, payload }) =>
      (await client.trigger({ function_id, payload, action: { type: 'void' } })) ?? null,
    register: async ({ count }) => {
      for (let i = 0; i < count; i++) serve(`many::${i}`, async () => i)
    },
    register_url: async ({ function_id, invocation }) => {
      client.registerFunction(function_id, invocation)
    },
    calls: async ({ prefix, numbers }) =>
      Promise.all(numbers.map((i) => client.trigger({ function_id: prefix + i, payload: {} }))),
    bind: async ({ binding, type, function_id, config, metadata }) => {
      bindings.set(binding, client.registerTrigger({ type, function_id, config, metadata }))
    },
    unbind: async ({ binding }) => {
      bindings.get(binding).unregister()
      bindings.delete(binding)
    },
    fire: async ({ trigger, payload }) => {
      const { function_id, metadata } = bound.get(trigger)
      return client.trigger({ function_id, payload, metadata })
    },
    send: async ({ function_id, timeout_ms, pause, ...what }) => {
      const { writer, readerRef } = await createChannel(client)
      const payload = { reader: readerRef, pause }
      const answer = client.trigger({ function_id, payload, timeoutMs: timeout_ms })
      const ends = [outcome(writeAll(writer, what)), outcome(answer)]
      const [sent, received] = await Promise.all(ends)
      return { sent, received }
    },
    receive: async ({ function_id, timeout_ms, ...what }) => {
      const { reader, writerRef } = await createChannel(client)
      const payload = { writer: writerRef, ...what }
      const answer = client.trigger({ function_id, payload, timeoutMs: timeout_ms })
      const [received, sent] = await Promise.all([outcome(readAll(reader)), outcome(answer)])
      return { sent, received }
    },
    release: async ({ token }) => holds.get(token)(token),
    leave: async () => client.shutdown(),
  }

  const input = createInterface({ input: process.stdin })
  input.on('close', () => process.exit(0))
  input.on('line', async (line) => {
    const { id, command, ...fields } = JSON.parse(line)
    try {
      say({ id, result: (await commands[command](fields)) ?? null })
    } catch (error) {
      say({ id, error: failure(error) })
    }
    if (command === 'leave') process.exit(0)
  })
}
