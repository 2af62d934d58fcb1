import { defineConfig } from "vite"

/**
 * Builds the page into `dist/app`. Scripts find their assets beside themselves, the page finds them below `/dashboard/`: that one prefix is
 * what `Dashboard.layer` replaces when it serves the page below another path.
 */
export default defineConfig({
  root: "app",
  resolve: { conditions: ["@espalier/source", "module", "browser"] },
  build: {
    outDir: "../dist/app",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onLog: (level, log, handle) => {
        // Libraries say "use client" for rendering on a server; this page has no such server.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handle(level, log)
      },
    },
  },
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `/dashboard/${file}` : { relative: true }),
  },
})
