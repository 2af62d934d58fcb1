/** What an XML property list may look like, and what it may not: with the reason and the place. */
import { describe, expect, it } from "@effect/vitest"
import { Plist } from "@espalier/plist"
import { parseError, plist, read, same, utf8 } from "./support/Expecting.ts"

const bytes = (...values: ReadonlyArray<number>): Uint8Array => Uint8Array.from(values)

describe("elements", () => {
  it.each<[string, Plist.Value]>([
    ["<string>text</string>", "text"],
    ["<string/>", ""],
    ["<string />", ""],
    ["<string></string >", ""],
    ["<string> kept \n\t</string>", " kept \n\t"],
    ["<string>a\r\nb\rc&#13;d</string>", "a\nb\nc\rd"],
    ["<string>&lt;&gt;&amp;&apos;&quot;</string>", "<>&'\""],
    ["<string>&#65;&#x42;&#x1F600;&#x0000043;</string>", "AB😀C"],
    ["<string>a]]b>c</string>", "a]]b>c"],
    ["<string>a<![CDATA[<&>]] ]]>b</string>", "a<&>]] b"],
    ["<string><![CDATA[\r\n]]>></string>", "\n>"],
    ["<string>a<!-- no > part -->b</string>", "ab"],
    ["<string>ü€😀</string>", "ü€😀"],
    ["<true/>", true],
    ["<true></true>", true],
    ["<false />", false],
    ["<false>\n</false>", false],
    ["<integer>0</integer>", 0],
    ["<integer>-0</integer>", 0],
    ["<integer>+7</integer>", 7],
    ["<integer>007</integer>", 7],
    ["<integer>\n\t-12 </integer>", -12],
    ["<integer>0x1F</integer>", 31],
    ["<integer>-0X10</integer>", -16],
    ["<integer>9007199254740991</integer>", 9007199254740991],
    ["<integer>9007199254740992</integer>", 9007199254740992n],
    ["<integer>-9223372036854775808</integer>", -(2n ** 63n)],
    ["<integer>18446744073709551615</integer>", 2n ** 64n - 1n],
    ["<integer>1<!-- 0 -->2</integer>", 12],
    ["<real>0.5</real>", 0.5],
    ["<real> -1.5e-3 </real>", -0.0015],
    ["<real>.5</real>", 0.5],
    ["<real>1</real>", new Plist.Real(1)],
    ["<real>1.</real>", new Plist.Real(1)],
    ["<real>1E+21</real>", new Plist.Real(1e21)],
    ["<real>-0</real>", new Plist.Real(-0)],
    ["<real>NaN</real>", new Plist.Real(Number.NaN)],
    ["<real>+infinity</real>", new Plist.Real(Number.POSITIVE_INFINITY)],
    ["<real>-inf</real>", new Plist.Real(Number.NEGATIVE_INFINITY)],
    ["<date>2024-02-29T23:59:59Z</date>", new Date("2024-02-29T23:59:59Z")],
    ["<date>0000-03-01T00:00:00Z</date>", new Date("0000-03-01T00:00:00Z")],
    ["<date>9999-12-31T23:59:59Z</date>", new Date("9999-12-31T23:59:59Z")],
    ["<date>2000-<!-- -->02-29T00:00:00Z</date>", new Date("2000-02-29T00:00:00Z")],
    ["<data/>", bytes()],
    ["<data>\n\t</data>", bytes()],
    ["<data>AQ==</data>", bytes(1)],
    ["<data>AQI=</data>", bytes(1, 2)],
    ["<data>AQID</data>", bytes(1, 2, 3)],
    ["<data>\n\tA Q\r\nI\tD\n/+8 = \n</data>", bytes(1, 2, 3, 255, 239)],
    ["<data>AQ<!-- -->I&#68;</data>", bytes(1, 2, 3)],
    ["<data><![CDATA[AQID]]></data>", bytes(1, 2, 3)],
    ["<array/>", []],
    ["<array>\n<!-- a --><!-- b -->\n</array>", []],
    ["<array><array/><dict /><string/></array >", [[], {}, ""]],
    ["<dict><key>a</key><true/><key/><false/><key >b</key ><true/></dict>", { a: true, "": false, b: true }],
    ["<dict><key>&amp;<![CDATA[<]]></key><!-- of --><integer>1</integer></dict>", { "&<": 1 }],
    ["<dict><key>CF$UID</key><integer>1</integer></dict>", { CF$UID: 1 }],
  ])("%j", (element, value) => same(read(plist(element)), value))

  it("reads dangerous keys as ordinary ones", () => {
    const value = read(plist("<dict><key>__proto__</key><dict><key>constructor</key><true/></dict></dict>"))
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toStrictEqual(["__proto__"])
    expect("isAdmin" in {}).toBe(false)
    same(value, JSON.parse('{"__proto__":{"constructor":true}}'))
  })

  it("does not confuse inherited properties with keys", () => {
    same(Object.keys(read(plist("<dict><key>constructor</key><true/><key>toString</key><true/></dict>"))), [
      "constructor",
      "toString",
    ])
  })
})

describe("documents", () => {
  const body = '<plist version="1.0"><true/></plist>'
  const apple = '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'
  it.each([
    `<?xml version="1.0" encoding="UTF-8"?>\n${apple}\n${body}\n`,
    `<?xml version="1.0" encoding="UTF-8"?>\n${apple}\n<plist version="1.0">\n<true/>\n</plist>`,
    `<?xml version = '1.0' encoding='utf-8' standalone="no" ?><!-- a -->${apple}<!-- b -->${body}<!-- c -->\n`,
    `<?xml version="1.0"?>\r\n<!DOCTYPE plist SYSTEM "file://localhost/System/Library/DTDs/PropertyList.dtd">${body}`,
    `<?xml version="1.0" encoding="US-ASCII"?><!DOCTYPE plist>${body}`,
    `<!DOCTYPE plist PUBLIC '-//Apple Computer//DTD PLIST 1.0//EN' 'x' >${body}`,
    `\ufeff<?xml version="1.0" encoding="UTF-8"?>${body}`,
    `\n\n${body}`,
    "<plist><true/></plist >",
    "<plist version='0.9' ><true/></plist>",
  ])("%j", (document) => same(read(utf8(document)), true))
})

describe("errors name the problem and its place", () => {
  const deep = (levels: number): string => "<array>".repeat(levels) + "</array>".repeat(levels)
  it.each<[string, Plist.Limits | undefined, string, number, number, number]>([
    // document, limits, reason, offset, line, column
    ["", undefined, "UnexpectedEnd", 0, 1, 1],
    ["   \n", undefined, "UnexpectedEnd", 4, 2, 1],
    ["{ a = b; }", undefined, "Syntax", 0, 1, 1],
    ["<html></html>", undefined, "Syntax", 0, 1, 1],
    ["<plist/>", undefined, "Syntax", 0, 1, 1],
    ["<plist></plist>", undefined, "Syntax", 7, 1, 8],
    ["<plist a='b'><true/></plist>", undefined, "Syntax", 0, 1, 1],
    ["<dict/>", undefined, "Syntax", 0, 1, 1],
    ["<plist><true/><true/></plist>", undefined, "Syntax", 14, 1, 15],
    ["<plist><true/>", undefined, "UnexpectedEnd", 14, 1, 15],
    ["<plist><true/></plist>x", undefined, "Trailing", 22, 1, 23],
    ["<plist><true/></plist>\n<plist/>", undefined, "Trailing", 23, 2, 1],
    ["<plist><true/></plist>\0", undefined, "Trailing", 22, 1, 23],
    ["<plist>text</plist>", undefined, "Syntax", 7, 1, 8],
    ["<plist><array>text</array></plist>", undefined, "Syntax", 14, 1, 15],
    ["<plist><array>&#32;</array></plist>", undefined, "Syntax", 14, 1, 15],
    ["<plist><array><![CDATA[ ]]></array></plist>", undefined, "Syntax", 14, 1, 15],
    ["<plist><array></dict></plist>", undefined, "Syntax", 14, 1, 15],
    ["<plist>\r\n<array>\r\n\tü<dikt/></array></plist>", undefined, "Syntax", 19, 3, 2],
    ["<plist><array>\n\t<!-- ü€😀 --><dikt/></array></plist>", undefined, "Syntax", 34, 2, 14],
    ["<plist><TRUE/></plist>", undefined, "Syntax", 7, 1, 8],
    ["<plist>< true/></plist>", undefined, "Syntax", 7, 1, 8],
    ["<plist><string xml:space='preserve'/></plist>", undefined, "Syntax", 7, 1, 8],
    ["<plist><key>a</key></plist>", undefined, "Syntax", 7, 1, 8],
    ["<plist><true>x</true></plist>", undefined, "Syntax", 13, 1, 14],
    ["<plist><string>a<b/></string></plist>", undefined, "Syntax", 16, 1, 17],
    ["<plist><string>a</strings></plist>", undefined, "Syntax", 16, 1, 17],
    ["<plist><string>a]]>b</string></plist>", undefined, "Syntax", 16, 1, 17],
    ["<plist><!-- a -- b --><true/></plist>", undefined, "Syntax", 14, 1, 15],
    ["<plist><!-- a --><!-- b ", undefined, "UnexpectedEnd", 17, 1, 18],
    ["<plist><string><![CDATA[ ]] >", undefined, "UnexpectedEnd", 15, 1, 16],
    // dictionaries
    ["<plist><dict><true/></dict></plist>", undefined, "Syntax", 13, 1, 14],
    ["<plist><dict>a</dict></plist>", undefined, "Syntax", 13, 1, 14],
    ["<plist><dict><key>a</key></dict></plist>", undefined, "Syntax", 25, 1, 26],
    ["<plist><dict><key>a</key><key>b</key></dict></plist>", undefined, "Syntax", 25, 1, 26],
    ["<plist><dict><key>a</key><true/>\n<key>a</key><true/></dict></plist>", undefined, "DuplicateKey", 33, 2, 1],
    [
      "<plist><dict><key>__proto__</key><true/><key>__proto__</key><true/></dict></plist>",
      undefined,
      "DuplicateKey",
      40,
      1,
      41,
    ],
    ["<plist><dict><key/><true/><key></key><true/></dict></plist>", undefined, "DuplicateKey", 26, 1, 27],
    // values
    ["<plist><integer/></plist>", undefined, "Syntax", 7, 1, 8],
    ["<plist><integer></integer></plist>", undefined, "BadInteger", 16, 1, 17],
    ["<plist><integer>1.0</integer></plist>", undefined, "BadInteger", 16, 1, 17],
    ["<plist><integer>1 2</integer></plist>", undefined, "BadInteger", 16, 1, 17],
    ["<plist><integer>--1</integer></plist>", undefined, "BadInteger", 16, 1, 17],
    ["<plist><integer>١</integer></plist>", undefined, "BadInteger", 16, 1, 17],
    ["<plist><integer>18446744073709551616</integer></plist>", undefined, "BadInteger", 16, 1, 17],
    ["<plist><integer>-9223372036854775809</integer></plist>", undefined, "BadInteger", 16, 1, 17],
    [`<plist><integer>${"9".repeat(100_000)}</integer></plist>`, undefined, "BadInteger", 16, 1, 17],
    ["<plist><real></real></plist>", undefined, "BadReal", 13, 1, 14],
    ["<plist><real>0x1p3</real></plist>", undefined, "BadReal", 13, 1, 14],
    ["<plist><real>1,5</real></plist>", undefined, "BadReal", 13, 1, 14],
    ["<plist><real>1e999</real></plist>", undefined, "BadReal", 13, 1, 14],
    ["<plist><real>infinit</real></plist>", undefined, "BadReal", 13, 1, 14],
    [`<plist><real>${"1".repeat(100_000)}x</real></plist>`, undefined, "BadReal", 13, 1, 14],
    ["<plist><date/></plist>", undefined, "Syntax", 7, 1, 8],
    ["<plist><date>2026-02-30T00:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2025-02-29T00:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>1900-02-29T00:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-04-31T00:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-13-01T00:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-00-01T00:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-01-00T00:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-01-01T24:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-01-01T00:60:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-01-01T00:00:60Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-01-01T00:00:00</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-01-01T00:00:00+00:00</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-01-01 00:00:00Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><date>2026-01-01T00:00:00.5Z</date></plist>", undefined, "BadDate", 13, 1, 14],
    ["<plist><data>A</data></plist>", undefined, "BadData", 14, 1, 15],
    ["<plist><data>AQ</data></plist>", undefined, "BadData", 15, 1, 16],
    ["<plist><data>AQI</data></plist>", undefined, "BadData", 16, 1, 17],
    ["<plist><data>AQ=</data></plist>", undefined, "BadData", 16, 1, 17],
    ["<plist><data>AQI==</data></plist>", undefined, "BadData", 17, 1, 18],
    ["<plist><data>AQ==AQ==</data></plist>", undefined, "BadData", 17, 1, 18],
    ["<plist><data>=</data></plist>", undefined, "BadData", 13, 1, 14],
    ["<plist><data>A===</data></plist>", undefined, "BadData", 14, 1, 15],
    ["<plist><data>AR==</data></plist>", undefined, "BadData", 15, 1, 16],
    ["<plist><data>\nAQ\n-_</data></plist>", undefined, "BadData", 17, 3, 1],
    ["<plist><data>AQIü</data></plist>", undefined, "BadData", 16, 1, 17],
    // characters and references
    ["<plist><string>\u0001</string></plist>", undefined, "BadCharacter", 15, 1, 16],
    ["<plist><string>\0</string></plist>", undefined, "BadCharacter", 15, 1, 16],
    ["<plist><string>a\ufffe</string></plist>", undefined, "BadCharacter", 16, 1, 17],
    ["<plist><string><![CDATA[\u0008]]></string></plist>", undefined, "BadCharacter", 24, 1, 25],
    ["<plist><!-- \u0008 --><true/></plist>", undefined, "BadCharacter", 12, 1, 13],
    ["<plist><string>a&b</string></plist>", undefined, "Entity", 16, 1, 17],
    ["<plist><string>&;</string></plist>", undefined, "Entity", 15, 1, 16],
    [`<plist><string>&${"a".repeat(50)};</string></plist>`, undefined, "Entity", 15, 1, 16],
    ["<plist><string>&nbsp;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&__proto__;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#0;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#8;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#xD800;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#xFFFF;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#x110000;</string></plist>", undefined, "Entity", 15, 1, 16],
    [`<plist><string>&#${"9".repeat(400)};</string></plist>`, undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#4A;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#65</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#X41;</string></plist>", undefined, "Entity", 15, 1, 16],
    ["<plist><string>&#xZ;</string></plist>", undefined, "Entity", 15, 1, 16],
    // what a property list has no need of
    ['<!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>', undefined, "Entity", 16, 1, 17],
    ['<!DOCTYPE plist SYSTEM "file:///etc/passwd" [ ]><plist/>', undefined, "Entity", 44, 1, 45],
    ['<!DOCTYPE plist PUBLIC "<" "x"><plist><true/></plist>', undefined, "Syntax", 0, 1, 1],
    ['<!DOCTYPE plist SYSTEM "\u0001"><plist><true/></plist>', undefined, "Syntax", 0, 1, 1],
    ["<!DOCTYPE html><plist><true/></plist>", undefined, "Syntax", 0, 1, 1],
    ["<plist><!DOCTYPE plist><true/></plist>", undefined, "Syntax", 7, 1, 8],
    ["<?php evil ?><plist><true/></plist>", undefined, "Unsupported", 0, 1, 1],
    ["<plist><?evil ?><true/></plist>", undefined, "Unsupported", 7, 1, 8],
    ["<plist><string><?evil ?></string></plist>", undefined, "Unsupported", 15, 1, 16],
    [' <?xml version="1.0"?><plist><true/></plist>', undefined, "Syntax", 1, 1, 2],
    ['<?xml version="1.1"?><plist><true/></plist>', undefined, "Unsupported", 0, 1, 1],
    ['<?xml encoding="UTF-8"?><plist><true/></plist>', undefined, "Syntax", 0, 1, 1],
    ['<?xml version="1.0" encoding="ISO-8859-1"?><plist><true/></plist>', undefined, "BadEncoding", 0, 1, 1],
    ['<?xml version="1.0" encoding="UTF-16"?><plist><true/></plist>', undefined, "BadEncoding", 0, 1, 1],
    // limits
    [`<plist>${deep(65)}</plist>`, undefined, "TooDeep", 7 + 64 * 7, 1, 8 + 64 * 7],
    [`<plist>${"<dict><key>k</key>".repeat(65)}`, undefined, "TooDeep", 7 + 64 * 18, 1, 8 + 64 * 18],
    [`<plist>${deep(10_000)}</plist>`, undefined, "TooDeep", 455, 1, 456],
    [`<plist>${deep(10_000)}</plist>`, { maxDepth: 1_000_000 }, "TooDeep", 7 + 512 * 7, 1, 8 + 512 * 7],
    ["<plist><array><array/></array></plist>", { maxDepth: 1 }, "TooDeep", 14, 1, 15],
    ["<plist><dict/></plist>", { maxDepth: 0 }, "TooDeep", 7, 1, 8],
  ])("%j %j: %s", (document, limits, reason, offset, line, column) => {
    const error = parseError(utf8(document), limits)
    same([error.reason, error.offset, error.line, error.column], [reason, offset, line, column])
    expect(error.message).toContain(`(line ${line}, column ${column})`)
    expect(error.message.length).toBeLessThan(160)
  })

  it("does not count the byte order mark as a column", () => {
    const document = "\ufeff<plist>\n<é/></plist>"
    const { offset, line, column } = parseError(utf8(document))
    same([offset, line, column], [11, 2, 1])
    const wide = parseError(Buffer.from(document, "utf16le"))
    same([wide.offset, wide.line, wide.column], [18, 2, 1])
  })

  it.each([
    ["a byte that begins nothing", [..."<plist>\nü"].join(""), [0xff], 10, 2, 2],
    ["an overlong form", "<plist>", [0xc0, 0xaf], 7, 1, 8],
    ["an encoded surrogate", "<plist>", [0xed, 0xa0, 0x80], 7, 1, 8],
    ["a character that is cut off", "<plist>\n", [0xe2, 0x82], 8, 2, 1],
  ])("%s in UTF-8", (_, before, bad, offset, line, column) => {
    const error = parseError(Uint8Array.from([...utf8(before), ...bad]))
    same([error.reason, error.offset, error.line, error.column], ["BadEncoding", offset, line, column])
  })

  it("a lone surrogate in UTF-16", () => {
    const error = parseError(Uint8Array.from([0xfe, 0xff, 0, 0x3c, 0xd8, 0x00, 0, 0x3c]))
    same([error.reason, error.offset, error.column], ["BadEncoding", 4, 2])
  })

  it("does not read a document beyond the limit", () => {
    const document = utf8("<plist><true/></plist>")
    same(read(document, { maxBytes: 22 }), true)
    const error = parseError(document, { maxBytes: 21 })
    same([error.reason, error.offset], ["TooLarge", 21])
    same(parseError(new Uint8Array(10 * 1024 * 1024 + 1)).reason, "TooLarge")
  })

  it("accepts 64 levels", () => {
    same(Array.isArray(read(utf8(`<plist>${deep(64)}</plist>`))), true)
    same(Array.isArray(read(utf8(`<plist>${deep(512)}</plist>`), { maxDepth: 512 })), true)
  })

  it("quotes only the start of a long name", () => {
    const secret = "correcthorsebatterystaple"
    for (const element of [`<${secret}/>`, `<string>&${secret};</string>`, `<dict><key>${secret}</key></dict>`]) {
      expect(parseError(plist(element)).message).not.toContain(secret.slice(0, 9))
    }
  })
})

describe("large hostile documents are read quickly", () => {
  const mebibyte = 1024 * 1024
  it.each([
    ["references", `<plist><string>${"&amp;".repeat(mebibyte)}</string></plist>`, undefined],
    ["comments", `<plist>${"<!---->".repeat(mebibyte)}<true/></plist>`, undefined],
    ["sections", `<plist><string>${"<![CDATA[]]>".repeat(mebibyte / 2)}</string></plist>`, undefined],
    ["empty arrays", `<plist><array>${"<array/>".repeat(mebibyte)}</array></plist>`, undefined],
    [
      "keys",
      `<plist><dict>${Array.from({ length: 2e5 }, (_, n) => `<key>${n * 7919}</key><true/>`).join("")}</dict></plist>`,
      undefined,
    ],
    ["blanks", `<plist>${" ".repeat(8 * mebibyte)}<true${" ".repeat(mebibyte)}/></plist>`, undefined],
    ["unclosed comments", `<plist>${"<!-- ".repeat(mebibyte)}`, "Syntax"],
    ["blanks in the document type", `<!DOCTYPE plist${" ".repeat(8 * mebibyte)}`, "UnexpectedEnd"],
    ["blanks in base64", `<plist><data>${" \n".repeat(4 * mebibyte)}A</data></plist>`, "BadData"],
    ["a bad byte at the end", `<plist><string>${"ü".repeat(4 * mebibyte)}\u0001`, "BadCharacter"],
  ])("%s", (_, document, reason) => {
    const bytes = utf8(document)
    if (reason === undefined) read(bytes)
    else same(parseError(bytes).reason, reason)
  })
})
