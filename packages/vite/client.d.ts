/** Types of what a Vite game reads from its environment: `/// <reference types="@downlink/vite/client" />`. */
interface ImportMetaEnv {
  /** The flag: where it is set to anything but `true`, telemetry is off, and none of it is in the build. */
  readonly VITE_ENABLE_TELEMETRY?: string
  /** Where the collector of a build listens. While the game is developed, it is the dev server's own. */
  readonly VITE_TELEMETRY_WS_URL?: string
}
