/** Gives the properties of a run one seed, which the message of one that fails names: DOWNLINK_PROPERTY_SEED asks about the same values. */
import { configureGlobal } from 'fast-check'

configureGlobal({ seed: Number(process.env.DOWNLINK_PROPERTY_SEED) })
