import { http } from '@iii-dev/helpers/http'
import { registerWorker } from 'iii-sdk'
import { createChannel } from 'iii-sdk/helpers'
import { start } from '../worker.mjs'

start({ registerWorker, createChannel, http })
