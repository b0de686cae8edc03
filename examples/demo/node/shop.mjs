// The shop: a worker on the official Node package. It takes orders and knows what is in stock, but
// not what things cost: it asks the price list, which is written in Python.

import { webcrypto } from 'node:crypto'
import { registerWorker } from 'iii-sdk'

globalThis.crypto ??= webcrypto // The package expects the global that Node has from version 20 on.
console.log = console.debug = () => {} // The package tells about its connections.

const tell = (text) => process.stdout.write(`  Node    ${text}\n`)
const shop = registerWorker(process.argv[2], { workerName: 'shop' })

const stock = { apple: 12, pear: 3 }

shop.registerFunction('shop::stock', async ({ item }) => {
  tell(`shop::stock is asked for "${item}" and answers ${stock[item] ?? 0}`)
  return { item, left: stock[item] ?? 0 }
})

shop.registerFunction('shop::order', async ({ item, count }) => {
  tell(`shop::order wants ${count} x "${item}" and asks prices::quote, a Python function`)
  try {
    const quote = await shop.trigger({
      function_id: 'prices::quote',
      payload: { item, count },
    })
    tell(`shop::order got the price ${quote.total}, the order is placed`)
    return { item, count, total: quote.total }
  } catch (error) {
    tell(`shop::order got the error "${error.message}" from Python, no order`)
    return { item, count, refused: error.message }
  }
})

// Messages of one connection are served in order: after this answer the functions are known.
await shop.trigger({ function_id: 'engine::functions::list', payload: {} })
tell('the shop is open')
