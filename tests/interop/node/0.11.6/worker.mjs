import { http, registerWorker } from 'iii-sdk'
import { start } from '../worker.mjs'

start({ registerWorker, createChannel: (client) => client.createChannel(), http })
