/** Types of what a Vite game reads from its environment: `/// <reference types="@downlink/vite/client" />`. */
interface ImportMetaEnv {
  /** The flag: where it is set to anything but `true`, telemetry is off, and none of it is in the build. */
  readonly VITE_ENABLE_TELEMETRY?: string
  /** Where the collector of a build listens. While the game is developed, it is the dev server's own. */
  readonly VITE_TELEMETRY_WS_URL?: string
  /**
   * Names this build in its sessions: `createTelemetry({ build: import.meta.env.VITE_TELEMETRY_BUILD })`. Where it is not
   * set, it is the version in package.json and the commit, such as `1.4.2+3f2c1ab`. Not there where telemetry is off.
   */
  readonly VITE_TELEMETRY_BUILD?: string
}

/** As `vite/client` has it, for a game that does not refer to that. */
interface ImportMeta {
  readonly env: ImportMetaEnv
}
