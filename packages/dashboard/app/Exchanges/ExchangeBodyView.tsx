/**
 * A body: a property list as XML and JSON side by side, JSON alone, or the size of any other content.
 */
import type { ExchangeBody } from "@espalier/schema"
import { CodeBlock } from "../components/CodeBlock.tsx"
import "../components/Disclosure.css"

interface ExchangeBodyViewProps {
  readonly body: ExchangeBody | undefined
  readonly label: string
}

export const ExchangeBodyView = ({ body, label }: ExchangeBodyViewProps) => {
  if (body === undefined || body.size === 0) return <p className="exchange-note">Empty.</p>
  const { contentType, size, text, json } = body
  const pretty = json === undefined ? undefined : JSON.stringify(json, null, 2)
  if (text === undefined && pretty === undefined) {
    return (
      <p className="exchange-note">
        {size.toLocaleString()} bytes of {contentType}
      </p>
    )
  }
  if (text === undefined || contentType.includes("json")) {
    return <CodeBlock text={pretty ?? text ?? ""} label={label} />
  }
  return pretty === undefined ? (
    <CodeBlock text={text} label={label} />
  ) : (
    <div className="side-by-side">
      <CodeBlock text={text} label={`${label}, property list`} />
      <CodeBlock text={pretty} label={`${label}, JSON`} />
    </div>
  )
}
