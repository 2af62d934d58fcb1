/**
 * Longer text, such as JSON, a property list or a response body. It scrolls, also by keyboard.
 */
import "./CodeBlock.css"

export const CodeBlock = ({ text, label }: { readonly text: string; readonly label: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1).
  <figure className="code-block" tabIndex={0} aria-label={label}>
    <pre>{text}</pre>
  </figure>
)
