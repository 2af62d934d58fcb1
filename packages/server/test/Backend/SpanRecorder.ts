/**
 * A tracer that keeps the spans it is asked for, outermost first.
 */
import { Tracer } from "effect"

export const recorder = () => {
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    },
  })
  return { spans, tracer }
}
