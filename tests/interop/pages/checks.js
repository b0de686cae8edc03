// What both pages share: checks that end with an error, or with none, and a report of all of them.

export const api = new URLSearchParams(location.search).get('api')
export const engine = new URLSearchParams(location.search).get('engine')
export const worker = new URLSearchParams(location.search).get('worker')

export const report = []

const LIMIT_MS = 30000

export const check = async (name, action) => {
  const late = new Promise((_, reject) =>
    setTimeout(() => reject(new Error('has not ended')), LIMIT_MS),
  )
  let error = null
  try {
    await Promise.race([action(), late])
  } catch (thrown) {
    error = `${thrown}`
  }
  report.push({ name, error })
}

export const expect = (actual, expected, what) => {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value))
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`)
}

/** The browser keeps the answer from the page: all that it says is that it does. */
export const expectBlocked = async (request) => {
  const outcome = await request.then(
    (response) => `status ${response.status}`,
    (error) => error.name,
  )
  expect(outcome, 'TypeError', 'fetch')
}
