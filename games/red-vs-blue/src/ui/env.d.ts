/** Declares what the build may set; see `.env.example`. */
interface ImportMetaEnv {
  /** The feature flag: `true` switches telemetry on. `globalThis.downlinkConfig.enabled` overrides it. */
  readonly VITE_ENABLE_TELEMETRY?: string
  /** Where the collector listens. `globalThis.downlinkConfig.url` overrides it. */
  readonly VITE_TELEMETRY_WS_URL?: string
}
