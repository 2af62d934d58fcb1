/**
 * A longer text as it is: JSON, a property list, an answer. It scrolls by itself, by keyboard too.
 */
import "./CodeBlock.css"

export const CodeBlock = ({ text, label }: { readonly text: string; readonly label: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1).
  <figure className="code-block" tabIndex={0} aria-label={label}>
    <pre>{text}</pre>
  </figure>
)
