// The shop: a worker on the official Node package. It takes orders, but knows neither what things
// cost nor what is left: it asks the price list, which is written in Python, and takes the goods
// from the depot, which is written in C++.

import { webcrypto } from 'node:crypto'
import { registerWorker } from 'iii-sdk'

globalThis.crypto ??= webcrypto // The package expects the global that Node has from version 20 on.
console.log = console.debug = () => {} // The package tells about its connections.

const tell = (text) => process.stdout.write(`  Node    ${text}\n`)
const shop = registerWorker(process.argv[2], { workerName: 'shop' })

shop.registerFunction('shop::order', async ({ item, count }) => {
  tell(`shop::order wants ${count} x "${item}" and asks prices::quote, a Python function`)
  const { total } = await shop.trigger({
    function_id: 'prices::quote',
    payload: { item, count },
  })
  try {
    tell(`shop::order got the price ${total} and takes the goods at depot::take, a C++ function`)
    await shop.trigger({ function_id: 'depot::take', payload: { item, count } })
    return { item, count, total }
  } catch (error) {
    tell(`shop::order got the error "${error.message}" from C++, no order`)
    return { item, count, refused: error.code }
  }
})

shop.registerFunction('shop::reorder', async ({ item, left }) => {
  tell(`shop::reorder hears from C++ that ${left} x "${item}" are left`)
})
shop.registerTrigger({
  type: 'depot::low',
  function_id: 'shop::reorder',
  config: { below: 10 },
})
