/**
 * The vendor's logo; by default Espalier's, a tree trained along a wall.
 */
import { configuration } from "../layout/Configuration.ts"

export const Brand = () =>
  configuration.branding.logo === undefined ? (
    <svg className="brand" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#087f5b" />
      <path
        d="M16 26V8M16 20c-5 0-8-2-8-7M16 20c5 0 8-2 8-7M16 13c-3 0-4.5-1.5-4.5-4.5M16 13c3 0 4.5-1.5 4.5-4.5"
        fill="none"
        stroke="#fff"
        strokeWidth="2.5"
        strokeLinecap="round"
      />
    </svg>
  ) : (
    <img className="brand" src={configuration.branding.logo} alt="" height="28" />
  )
