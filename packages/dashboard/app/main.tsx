/**
 * The entry point of the page.
 */
import "./layout/mantine.css"
import "./layout/theme.css"
import { MantineProvider } from "@mantine/core"
import { QueryClientProvider } from "@tanstack/react-query"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { Router } from "wouter"
import { queryClient } from "./Api/QueryClient.ts"
import { Toaster } from "./components/Toaster.tsx"
import { App } from "./layout/App.tsx"
import { configuration } from "./layout/Configuration.ts"
import { replaceInvalidLanguage } from "./layout/NavigatorLanguage.ts"
import { applyAccent, theme } from "./layout/Theme.ts"
import { SessionGate } from "./Session/SessionGate.tsx"

replaceInvalidLanguage()
applyAccent(configuration.branding.accentColor)

const root = document.getElementById("root")
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
        <QueryClientProvider client={queryClient}>
          <Toaster>
            <Router base={configuration.path}>
              <SessionGate>{(holder) => <App holder={holder} />}</SessionGate>
            </Router>
          </Toaster>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
