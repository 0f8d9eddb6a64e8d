/** Asks a cluster that verify-cluster.ts has started for a fault: node deal-fault.mjs URL kill log-leader. Ends once it is dealt. */
const [url, fault, target] = process.argv.slice(2)
const answer = await fetch(`${url}/${fault}/${target}`, { method: 'POST' })
if (!answer.ok) {
  console.error(await answer.text())
  process.exit(1)
}
