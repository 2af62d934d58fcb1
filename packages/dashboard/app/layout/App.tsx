/**
 * The routes. Each page is loaded when it is first opened.
 */
import type { KeyHolder } from "@espalier/api-keys/api"
import { lazy, Suspense } from "react"
import { Redirect, Route, Switch, useLocation } from "wouter"
import { Loading } from "../components/Loading.tsx"
import { WorkspacePage } from "../Session/WorkspacePage.tsx"
import { configuration } from "./Configuration.ts"
import { ErrorBoundary } from "./ErrorBoundary.tsx"
import { Layout } from "./Layout.tsx"
import { NotFound } from "./NotFound.tsx"
import { integrationsPath, segment } from "./Paths.ts"

const IntegrationsPage = lazy(() => import("../Integrations/IntegrationsPage.tsx"))
const DeliveriesPage = lazy(() => import("../Deliveries/DeliveriesPage.tsx"))
const DevicesPage = lazy(() => import("../Devices/DevicesPage.tsx"))
const LiveTrafficPage = lazy(() => import("../Exchanges/LiveTrafficPage.tsx"))
const DevicePage = lazy(() => import("../Devices/DevicePage.tsx"))

const WorkspaceRoutes = ({ workspace, holder }: { readonly workspace: string; readonly holder: KeyHolder }) => {
  const [location] = useLocation()
  return (
    <Layout workspace={workspace} holder={holder}>
      <ErrorBoundary
        resetKey={location}
        message="This page could not be shown. There may be a newer version: reload it."
      >
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/w/:workspace/integrations/:id?">
              {({ id }) => <IntegrationsPage workspace={workspace} opened={id} />}
            </Route>
            <Route path="/w/:workspace/deliveries/:id?">
              {({ id }) => <DeliveriesPage workspace={workspace} opened={id} />}
            </Route>
            {configuration.devices ? (
              <Route path="/w/:workspace/devices">
                <DevicesPage workspace={workspace} />
              </Route>
            ) : null}
            {configuration.devices ? (
              <Route path="/w/:workspace/devices/-/traffic/:exchange?">
                {({ exchange }) => <LiveTrafficPage workspace={workspace} selected={exchange} />}
              </Route>
            ) : null}
            {configuration.devices ? (
              <Route path="/w/:workspace/devices/:udid/live/:exchange">
                {({ udid, exchange }) => (
                  <DevicePage workspace={workspace} udid={udid} tab="live" exchange={exchange} />
                )}
              </Route>
            ) : null}
            {configuration.devices ? (
              <Route path="/w/:workspace/devices/:udid/:tab?">
                {({ udid, tab }) => <DevicePage workspace={workspace} udid={udid} tab={tab} exchange={undefined} />}
              </Route>
            ) : null}
            <Route path="/w/:workspace">
              <Redirect to={integrationsPath(workspace)} replace />
            </Route>
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Suspense>
      </ErrorBoundary>
    </Layout>
  )
}

export const App = ({ holder }: { readonly holder: KeyHolder }) => (
  <Switch>
    <Route path="/w/:workspace/*?">
      {({ workspace }) => <WorkspaceRoutes key={workspace} workspace={segment(workspace)} holder={holder} />}
    </Route>
    <Route path="/">
      {holder.workspace === null ? (
        <Layout holder={holder}>
          <WorkspacePage />
        </Layout>
      ) : (
        <Redirect to={integrationsPath(holder.workspace)} replace />
      )}
    </Route>
    <Route>
      <Layout holder={holder}>
        <NotFound />
      </Layout>
    </Route>
  </Switch>
)
