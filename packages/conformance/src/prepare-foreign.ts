import { buildForeignJava, missingJavaTool } from './foreign-build.ts'
import { buildForeignRust, missingRustTool } from './foreign-rust-build.ts'

// Builds the programs of other clients while something else goes on; the tests that need them find them ready, or wait for the rest.
// What does not succeed is told by those tests.
const LIMIT_MS = 900_000

process.on('SIGTERM', () => process.exit())
const builds = {
  java: missingJavaTool() === undefined ? buildForeignJava() : undefined,
  rust: missingRustTool() === undefined ? buildForeignRust(LIMIT_MS) : undefined,
}
for (const [client, build] of Object.entries(builds)) {
  const [settled] = await Promise.allSettled([build])
  console.log(`${client}:`, settled?.status === 'rejected' ? settled.reason : 'prepared')
}
