import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMetrics, scrapeNode } from './scrape-node.ts'

const TEXT = `# HELP storgo_requests_total Requests answered.
# TYPE storgo_requests_total counter
storgo_requests_total{protocol="/storgo/slot-read/1.0.0",code="OK"} 3
storgo_requests_total{protocol="/storgo/slot-read/1.0.0",code="PROVIDER_BUSY"} 4

storgo_epoch 21
storgo_duration_seconds_bucket{le="+Inf"} 1e3 1700000000000
not a metric at all
`

test('metrics are summed over their labels, and what is none is passed over', () => {
  assert.deepEqual(
    parseMetrics(TEXT),
    new Map([
      ['storgo_requests_total', 7],
      ['storgo_epoch', 21],
      ['storgo_duration_seconds_bucket', 1000],
    ]),
  )
})

test('a provider that is not there tells nothing, and that is no failure', async () => {
  assert.equal(await scrapeNode('http://127.0.0.1:1', new AbortController().signal), undefined)
})
