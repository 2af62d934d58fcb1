/**
 * Where the page begins.
 */
import "./shell/mantine.css"
import "./shell/theme.css"
import { MantineProvider } from "@mantine/core"
import { QueryClientProvider } from "@tanstack/react-query"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { Router } from "wouter"
import { queryClient } from "./Api/QueryClient.ts"
import { Announcer } from "./parts/Announcer.tsx"
import { SessionGate } from "./Session/SessionGate.tsx"
import { App } from "./shell/App.tsx"
import { configuration } from "./shell/Configuration.ts"
import { theme } from "./shell/Theme.ts"

const root = document.getElementById("root")
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
        <QueryClientProvider client={queryClient}>
          <Announcer>
            <Router base={configuration.path}>
              <SessionGate>{(holder) => <App holder={holder} />}</SessionGate>
            </Router>
          </Announcer>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
