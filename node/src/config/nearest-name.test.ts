import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { slowEditDistance } from './edit-distance.reference.ts'
import { editDistance, nearestName } from './nearest-name.ts'

test('the distance of two names is that of the slow reference', () => {
  const aName = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  fc.assert(fc.property(aName, aName, (a, b) => assert.equal(editDistance(a, b), slowEditDistance(a, b))))
})

test('a misspelt name is found, whatever its case; one that is like none is not', () => {
  const known = ['capacitySectors', 'stagingSectors', 'dataDir']
  for (const name of ['capcitySectors', 'capacitysectors', 'cpaacitySector']) {
    assert.equal(nearestName(name, known), 'capacitySectors')
  }
  assert.equal(nearestName('datadri', known), 'dataDir')
  assert.equal(nearestName('weather', known), undefined)
  assert.equal(nearestName('', known), undefined)
})
