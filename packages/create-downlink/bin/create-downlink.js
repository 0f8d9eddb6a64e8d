#!/usr/bin/env node
import { createDownlink, realEnvironment } from '../dist/index.js'

process.exitCode = await createDownlink(process.argv.slice(2), realEnvironment())
