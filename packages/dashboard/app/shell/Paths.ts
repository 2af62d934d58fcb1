/**
 * The page's addresses below its own path. What a person looks at is in the address, so that it can be sent to somebody and come back to.
 */
const workspaceRoot = (workspace: string) => `/w/${encodeURIComponent(workspace)}`

/** A part of an address as wouter gives it: decoded, but for what would be taken for more than a part. */
export const segment = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export const integrationsPath = (workspace: string, id?: string) =>
  `${workspaceRoot(workspace)}/integrations${id === undefined ? "" : `/${encodeURIComponent(id)}`}`

export const deliveriesPath = (workspace: string, options: { readonly id?: number; readonly search?: string } = {}) =>
  `${workspaceRoot(workspace)}/deliveries${options.id === undefined ? "" : `/${options.id}`}${options.search ? `?${options.search}` : ""}`

export const devicesPath = (workspace: string, udid?: string, tab?: string) =>
  `${workspaceRoot(workspace)}/devices${udid === undefined ? "" : `/${encodeURIComponent(udid)}`}${tab === undefined ? "" : `/${tab}`}`

/** Below the devices, where no UDID looks like it. */
export const trafficPath = (workspace: string) => `${workspaceRoot(workspace)}/devices/-/traffic`
