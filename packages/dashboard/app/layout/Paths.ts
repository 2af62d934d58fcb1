/**
 * The page's addresses below its own path. The address holds what is shown, so that it can be shared and reopened.
 */
const workspaceRoot = (workspace: string) => `/w/${encodeURIComponent(workspace)}`

/** A segment of an address, decoded: wouter leaves some characters encoded. */
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

export const devicesPath = (workspace: string, udid?: string, tab?: string, exchange?: string) =>
  [`${workspaceRoot(workspace)}/devices`, udid, tab, exchange]
    .filter((part) => part !== undefined)
    .map((part, index) => (index === 0 ? part : encodeURIComponent(part)))
    .join("/")

/** `-` is never a UDID. */
export const liveTrafficPath = (workspace: string, exchange?: string) =>
  devicesPath(workspace, "-", "traffic", exchange)
