/**
 * What stands before the value: XML declaration, document type, `<plist>`. All but the last may be missing.
 */
import { atEnd, type Cursor, expected, failure, fault, isCutOff, skipBlanks, skipMisc } from "./XmlCursor.ts"

/**
 * The prolog that Apple writes; nearly every document starts with it.
 *
 * @category constants
 * @since 0.1.0
 */
export const declaration = '<?xml version="1.0" encoding="UTF-8"?>'

/**
 * Apple's document type and root element. The address is a name and is never opened.
 *
 * @category constants
 * @since 0.1.0
 */
export const documentType =
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'

/**
 * The root element's start tag.
 *
 * @category operations
 * @since 0.1.0
 */
export const rootTag = '<plist version="1.0">'

const usual = `${declaration}\n${documentType}\n${rootTag}`

/**
 * Moves behind the `<plist …>` start tag.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readProlog = (cursor: Cursor): void => {
  if (cursor.source.encoding === "UTF-8" && cursor.text.startsWith(usual)) {
    cursor.at = usual.length
    return
  }
  if (cursor.tolerated !== undefined) skipLeadingBlanks(cursor)
  readDeclaration(cursor)
  skipMisc(cursor)
  readDocumentType(cursor)
  skipMisc(cursor)
  readRootTag(cursor)
}

/** Templates that begin with an empty line. Without a declaration blanks are allowed anyway. */
const skipLeadingBlanks = (cursor: Cursor): void => {
  const start = cursor.at
  skipBlanks(cursor)
  if (cursor.at > start && cursor.text.startsWith("<?xml", cursor.at)) {
    fault(cursor, "Syntax", "The XML declaration must be the first thing in the document")
  }
}

const declarationForm =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]{0,40})"|'([^'<]{0,40})')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([\w.:-]{1,40})"|'([\w.:-]{1,40})'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y

const readDeclaration = (cursor: Cursor): void => {
  if (isCutOff(cursor, "<?xml")) throw atEnd(cursor, "a property list")
  if (!cursor.text.startsWith("<?xml", cursor.at)) return
  declarationForm.lastIndex = cursor.at
  const match = declarationForm.exec(cursor.text)
  if (match === null) {
    if (!cursor.text.includes("?>")) throw atEnd(cursor, "the rest of the XML declaration")
    throw expected(cursor, "an XML declaration, version first, then encoding")
  }
  if ((match[1] ?? match[2]) !== "1.0") throw failure(cursor, "Unsupported", "Only XML 1.0 is read")
  const declared = (match[3] ?? match[4])?.toUpperCase()
  if (declared !== undefined && !fits(declared, cursor.source.encoding)) {
    fault(cursor, "BadEncoding", `The document declares another encoding than ${cursor.source.encoding}`)
  }
  cursor.at += match[0].length
}

/** US-ASCII is a part of UTF-8. */
const fits = (declared: string, encoding: "UTF-8" | "UTF-16"): boolean =>
  declared === encoding ||
  (encoding === "UTF-8" && (declared === "UTF8" || declared === "US-ASCII" || declared === "ASCII"))

// Literals as XML 1.0, 2.3: a public identifier has few characters, a system identifier all but the quote.
const documentTypeForm =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML does not allow them anywhere
  /<!DOCTYPE[ \t\r\n]+plist(?:[ \t\r\n]+(?:PUBLIC[ \t\r\n]+(?:"[-'()+,./:=?;!*#@$%\w \r\n]*"|'[-()+,./:=?;!*#@$%\w \r\n]*')|SYSTEM)[ \t\r\n]+(?:"[^"\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*"|'[^'\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*'))?[ \t\r\n]*([>[])/y

const readDocumentType = (cursor: Cursor): void => {
  if (!cursor.text.startsWith("<!DOCTYPE", cursor.at)) {
    if (isCutOff(cursor, "<!DOCTYPE")) throw atEnd(cursor, "a document type or <plist>")
    return
  }
  documentTypeForm.lastIndex = cursor.at
  const match = documentTypeForm.exec(cursor.text)
  if (match === null) {
    if (!cursor.text.includes(">", cursor.at)) throw atEnd(cursor, "the rest of the document type")
    throw expected(cursor, "the document type plist, with or without a PUBLIC or SYSTEM identifier")
  }
  const end = cursor.at + match[0].length
  if (match[1] === "[") throw failure(cursor, "Entity", "The document type may not declare anything", end - 1)
  cursor.at = end
}

const rootForm = /<plist(?:[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"[^"<&]*"|'[^'<&]*'))?[ \t\r\n]*(\/?)>/y

const readRootTag = (cursor: Cursor): void => {
  rootForm.lastIndex = cursor.at
  const match = rootForm.exec(cursor.text)
  if (match === null) {
    if (cursor.text.startsWith("<?xml", cursor.at)) {
      throw failure(cursor, "Syntax", "The XML declaration must be the first thing in the document")
    }
    if (cursor.text.startsWith("<?", cursor.at)) {
      throw failure(cursor, "Unsupported", "A property list has no processing instructions")
    }
    const cut = cursor.text.startsWith("<plist", cursor.at) && !cursor.text.includes(">", cursor.at)
    if (cut || isCutOff(cursor, "<plist")) throw atEnd(cursor, "<plist>")
    throw expected(cursor, "<plist>, with no attribute but version")
  }
  if (match[1] === "/") throw failure(cursor, "Syntax", "<plist/> holds no value")
  cursor.at += match[0].length
}
