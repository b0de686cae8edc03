// Calls the function of worker.cpp, with the official Node package: npm install iii-sdk@0.22.1
import { webcrypto } from 'node:crypto'
import { registerWorker } from 'iii-sdk'

globalThis.crypto ??= webcrypto // The package expects the global that Node has from version 20 on.

const client = registerWorker(process.env.III_URL ?? 'ws://127.0.0.1:49134')
console.log(await client.trigger({ function_id: 'hello::greet', payload: { name: 'Node' } }))
await client.shutdown()
