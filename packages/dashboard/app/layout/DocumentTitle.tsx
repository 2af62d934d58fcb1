/**
 * The title of the browser's tab: page, workspace, product.
 */
import { useRoute } from "wouter"
import { configuration } from "./Configuration.ts"
import { segment } from "./Paths.ts"

export const DocumentTitle = ({ title }: { readonly title: string }) => {
  const [, parameters] = useRoute("/w/:workspace/*?")
  const workspace = parameters === null ? [] : [segment(parameters.workspace)]
  return <title>{[title, ...workspace, configuration.branding.name].join(" · ")}</title>
}
