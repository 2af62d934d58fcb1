/** Binary property lists: what the objects mean, and files that lie. */
import { describe, expect, it } from "@effect/vitest"
import { Plist, type PlistError } from "@espalier/plist"
import { assemble, head, type Shape } from "./support/BinaryWriter.ts"
import { parseError, read, same, utf8 } from "./support/Expecting.ts"

type Objects = Parameters<typeof assemble>[0]

const ascii = (text: string): ReadonlyArray<number> => [...head(5, text.length), ...utf8(text)]
const double = (value: number): ReadonlyArray<number> => [...new Uint8Array(Float64Array.of(value).buffer)].reverse()
const float = (value: number): ReadonlyArray<number> => [...new Uint8Array(Float32Array.of(value).buffer)].reverse()
const zeros = (count: number): ReadonlyArray<number> => Array.from({ length: count }, () => 0)
const ones = (count: number): ReadonlyArray<number> => Array.from({ length: count }, () => 255)

describe("objects", () => {
  it.each<[string, Objects, Plist.Value]>([
    ["false", [[0x08]], false],
    ["true", [[0x09]], true],
    ["one byte, unsigned", [[0x10, 0xff]], 255],
    ["two bytes, unsigned", [[0x11, 0xff, 0xfe]], 65534],
    ["four bytes, unsigned", [[0x12, 0xff, 0xff, 0xff, 0xff]], 4294967295],
    ["eight bytes, signed", [[0x13, ...ones(8)]], -1],
    ["eight bytes, the smallest", [[0x13, 0x80, ...zeros(7)]], -(2n ** 63n)],
    ["sixteen bytes, the largest", [[0x14, ...zeros(8), ...ones(8)]], 2n ** 64n - 1n],
    ["sixteen bytes, negative", [[0x14, ...ones(16)]], -1],
    ["a float", [[0x22, ...float(0.5)]], 0.5],
    ["an integral float", [[0x22, ...float(-3)]], new Plist.Real(-3)],
    ["a double", [[0x23, ...double(0.1)]], 0.1],
    ["a double NaN", [[0x23, ...double(Number.NaN)]], new Plist.Real(Number.NaN)],
    ["minus zero", [[0x23, ...double(-0)]], new Plist.Real(-0)],
    ["a date", [[0x33, ...double(0)]], new Date("2001-01-01T00:00:00Z")],
    ["a date with milliseconds", [[0x33, ...double(-0.75)]], new Date("2000-12-31T23:59:59.250Z")],
    ["data", [[0x43, 1, 2, 3]], Uint8Array.of(1, 2, 3)],
    ["data with a count", [[0x4f, 0x10, 2, 7, 8]], Uint8Array.of(7, 8)],
    ["no data", [[0x40]], new Uint8Array(0)],
    ["ASCII", [ascii("a\0b")], "a\0b"],
    ["long ASCII", [ascii("x".repeat(100))], "x".repeat(100)],
    ["UTF-16", [[0x64, 0xfe, 0xff, 0x00, 0xfc, 0xd8, 0x3d, 0xde, 0x00]], "\ufeffü😀"],
    ["a UID of one byte", [[0x80, 0xff]], { CF$UID: 255 }],
    ["a UID of four bytes", [[0x83, 0xff, 0xff, 0xff, 0xff]], { CF$UID: 4294967295 }],
    ["an empty array", [[0xa0]], []],
    ["an array", [[0xa2, 1, 2], [0x09], [0x10, 5]], [true, 5]],
    ["an empty dictionary", [[0xd0]], {}],
    ["a dictionary", [[0xd2, 1, 2, 3, 4], ascii("b"), ascii(""), [0x08], [0x09]], { b: false, "": true }],
    ["an object named twice", [[0xa2, 1, 1], [0xa1, 2], [0x09]], [[true], [true]]],
    ["a key that is its value", [[0xd1, 1, 1], ascii("a")], { a: "a" }],
  ])("%s", (_, objects, value) => {
    for (const offsetSize of [1, 2, 3, 4, 8]) same(read(assemble(objects, { offsetSize })), value)
  })

  it("keeps __proto__ an ordinary key", () => {
    const value = read(assemble([[0xd1, 1, 2], ascii("__proto__"), [0xd0]]))
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    same(value, JSON.parse('{"__proto__":{}}'))
  })

  it("copies data", () => {
    const file = Buffer.from(assemble([[0x42, 1, 2]]))
    const value = read(file)
    file.fill(9)
    expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype)
    same(value, Uint8Array.of(1, 2))
  })

  it("reads from the middle of a buffer", () => {
    const file = assemble([[0x33, ...double(1)]])
    const padded = new Uint8Array(file.length + 7)
    padded.set(file, 5)
    same(read(padded.subarray(5, 5 + file.length)), new Date("2001-01-01T00:00:01Z"))
  })
})

describe("invalid files", () => {
  it.each<[string, Objects, Shape, PlistError["reason"], number]>([
    // name, objects, trailer, reason, offset
    ["null", [[0x00]], {}, "Unsupported", 8],
    ["a fill byte", [[0x0f]], {}, "Unsupported", 8],
    ["an integer of 32 bytes", [[0x15, ...zeros(32)]], {}, "Unsupported", 8],
    ["a real of 2 bytes", [[0x21, 0, 0]], {}, "Unsupported", 8],
    ["a date of 4 bytes", [[0x32, 0, 0, 0, 0]], {}, "Unsupported", 8],
    ["a set", [[0xc0]], {}, "Unsupported", 8],
    ["an unknown marker", [[0xf0]], {}, "Unsupported", 8],
    ["an integer beyond 2^64", [[0x14, ...zeros(7), 1, ...zeros(8)]], {}, "BadInteger", 8],
    ["an integer below -2^63", [[0x14, ...ones(8), 0x7f, ...ones(7)]], {}, "BadInteger", 8],
    ["a UID beyond 2^64", [[0x8f, ...ones(16)]], {}, "BadInteger", 8],
    ["a date that is no number", [[0x33, ...double(Number.NaN)]], {}, "BadDate", 8],
    ["a date at infinity", [[0x33, ...double(Number.POSITIVE_INFINITY)]], {}, "BadDate", 8],
    ["a date after 9999", [[0x33, ...double(252_423_993_600)]], {}, "BadDate", 8],
    ["ASCII that is not", [[0x52, 0x61, 0x80]], {}, "BadEncoding", 10],
    ["half a surrogate pair", [[0x62, 0, 0x61, 0xd8, 0]], {}, "BadEncoding", 11],
    ["a surrogate pair the wrong way", [[0x62, 0xde, 0, 0xd8, 0]], {}, "BadEncoding", 9],
    ["a truncated integer", [[0x13, 0, 0]], {}, "UnexpectedEnd", 8],
    ["a truncated real", [[0x23, 0, 0]], {}, "UnexpectedEnd", 8],
    ["a truncated date", [[0x33, 0, 0]], {}, "UnexpectedEnd", 8],
    ["truncated data", [[0x44, 0, 0]], {}, "UnexpectedEnd", 8],
    ["a truncated string", [[0x54, 0x61]], {}, "UnexpectedEnd", 8],
    ["a truncated UTF-16 string", [[0x62, 0, 0x61]], {}, "UnexpectedEnd", 8],
    ["a truncated UID", [[0x83, 1]], {}, "UnexpectedEnd", 8],
    ["a truncated count", [[0x4f]], {}, "UnexpectedEnd", 8],
    ["a count of sixteen bytes", [[0x4f, 0x14, ...zeros(15), 1, 7]], {}, "Syntax", 9],
    ["a count that is no integer", [[0x4f, 0x51, 2, 7, 8]], {}, "Syntax", 9],
    ["a count of 2^64-1 bytes", [[0x4f, 0x13, ...ones(8)]], {}, "UnexpectedEnd", 8],
    ["a count of 2^63 characters", [[0x6f, 0x13, 0x80, ...zeros(7)]], {}, "UnexpectedEnd", 8],
    ["a count of 2^32-1 items", [[0xaf, 0x12, ...ones(4)]], {}, "UnexpectedEnd", 8],
    ["a count of 2^32-1 entries", [[0xdf, 0x12, ...ones(4)]], {}, "UnexpectedEnd", 8],
    ["an array of more than there is", [[0xa3, 1], [0x09]], {}, "UnexpectedEnd", 8],
    ["an item that does not exist", [[0xa1, 9]], {}, "BadReference", 9],
    ["a root that does not exist", [[0x09]], { top: 1 }, "BadReference", 8 + 1 + 4 + 16],
    ["an offset before the objects", [[0x09]], { offsets: [7] }, "BadReference", 9],
    ["an offset into the table", [[0x09]], { offsets: [9] }, "BadReference", 9],
    ["an offset beyond the file", [[0x09]], { offsets: [0xffffffff] }, "BadReference", 9],
    ["an array in itself", [[0xa1, 0]], {}, "Cycle", 9],
    ["a dictionary in itself", [[0xd1, 1, 0], ascii("a")], {}, "Cycle", 10],
    ["a long way back", [[0xa1, 1], [0xd1, 2, 3], ascii("a"), [0xa1, 0]], {}, "Cycle", 16],
    [
      "a number as a key",
      [
        [0xd1, 1, 1],
        [0x10, 1],
      ],
      {},
      "BadKey",
      9,
    ],
    ["an array as a key", [[0xd1, 1, 1], [0xa0]], {}, "BadKey", 9],
    ["a key twice", [[0xd2, 1, 2, 3, 3], ascii("a"), ascii("a"), [0x09]], {}, "DuplicateKey", 10],
    ["__proto__ twice", [[0xd2, 1, 1, 2, 2], ascii("__proto__"), [0x09]], {}, "DuplicateKey", 10],
    ["no objects", [[0x09]], { count: 0 }, "Syntax", 8 + 1 + 4 + 8],
    ["more objects than offsets", [[0x09]], { count: 2 }, "Syntax", 8 + 1 + 4 + 8],
    ["2^64-1 objects", [[0x09]], { count: 2n ** 64n - 1n }, "Syntax", 8 + 1 + 4 + 8],
    ["a table before the objects", [[0x09]], { tableAt: 8 }, "BadReference", 8 + 1 + 4 + 24],
    ["a table beyond the file", [[0x09]], { tableAt: 1000 }, "BadReference", 8 + 1 + 4 + 24],
    ["bytes between table and trailer", [[0x09], [0x08]], { count: 1 }, "Syntax", 8 + 2 + 8 + 8],
    ["offsets of no bytes", [[0x10, 5]], { offsetSize: 0 }, "Syntax", 8 + 2 + 6],
    ["offsets of nine bytes", [[0x09]], { offsetSize: 9 }, "Syntax", 8 + 1 + 9 + 6],
    ["references of no bytes", [[0x09]], { refSize: 0 }, "Syntax", 8 + 1 + 4 + 7],
  ])("%s", (_, objects, shape, reason, offset) => {
    const error = parseError(assemble(objects, shape))
    same([error.reason, error.offset], [reason, offset])
    expect(error.message).toContain(`(byte ${offset})`)
  })

  it.each([
    ["bplist01", "Unsupported", 6],
    ["bplist00", "UnexpectedEnd", 8],
    ["bplist", "Unsupported", 6],
  ])("%s alone", (text, reason, offset) => {
    const error = parseError(utf8(text))
    same([error.reason, error.offset], [reason, offset])
  })

  it("the binary reader rejects XML", () => {
    const result = Plist.parseBinary(utf8("<plist><true/></plist>"))
    expect(result).toMatchObject({ _tag: "Failure", failure: { reason: "Syntax", offset: 0 } })
  })
})

describe("files that expand to more than they hold", () => {
  const word = (value: number): ReadonlyArray<number> => [value >> 8, value & 255]
  /** Each array names the next one `width` times; the last is a leaf. */
  const laughs = (levels: number, width: number, leaf: ReadonlyArray<number>): Uint8Array =>
    assemble(
      [
        ...Array.from({ length: levels }, (_, level) => [
          ...head(0xa, width),
          ...Array.from({ length: width }, () => word(level + 1)).flat(),
        ]),
        leaf,
      ],
      { refSize: 2 },
    )

  it.each<[string, Uint8Array]>([
    ["a billion laughs", laughs(9, 10, ascii("lol"))],
    ["2^60 empty arrays", laughs(60, 2, [0xa0])],
    ["a large string, often", laughs(1, 300, ascii("x".repeat(50_000)))],
    [
      "a large string as a key, often",
      (() => {
        const dictionary = [0xd1, ...word(301), ...word(302)]
        const root = [...head(0xa, 300), ...Array.from({ length: 300 }, (_, n) => word(n + 1)).flat()]
        const objects = [root, ...Array.from({ length: 300 }, () => dictionary), ascii("k".repeat(50_000)), [0x09]]
        return assemble(objects, { refSize: 2 })
      })(),
    ],
  ])("%s", (_, file) => {
    expect(file.length).toBeLessThan(60_000)
    expect(parseError(file).reason).toBe("TooLarge")
  })

  /** Many objects at one offset: each is built anew. */
  const overlapping = (object: ReadonlyArray<number>, count: number): Uint8Array => {
    const root = [...head(0xa, count), ...Array.from({ length: count }, (_, n) => word(n + 1)).flat()]
    return assemble([root, object], {
      refSize: 2,
      offsets: [8, ...Array.from({ length: count }, () => 8 + root.length)],
    })
  }
  it.each<[string, ReadonlyArray<number>]>([
    ["data", [...head(4, 100_000), ...zeros(100_000)]],
    ["a string", [...head(5, 100_000), ...zeros(100_000)]],
    ["a UTF-16 string", [...head(6, 50_000), ...zeros(100_000)]],
    ["an array", [...head(0xa, 50_000), ...Array.from({ length: 50_000 }, () => word(60_001)).flat()]],
  ])("one stretch of bytes as 60,000 objects: %s", (_, object) => {
    const file = overlapping(object, 60_000)
    expect(["TooLarge", "BadReference"]).toContain(parseError(file).reason)
  })

  it("arrays over one stretch of bytes, each the last item of the one before", () => {
    // Headers of six bytes, then references that all of them share; every third of the last ones names the next array.
    const width = 0x100000
    const levels = 60
    const first = 50_000
    const bytes = new Uint8Array(6 * levels + 2 * width)
    for (let level = 0; level < levels; level++) {
      bytes.set([0xaf, 0x12, 0x00, 0x10, 0x00, 0x00], 6 * level)
      bytes.set(word(first + level + 1), 6 * (level + 1) + 2 * width - 2)
    }
    const leaves = Array.from({ length: first }, () => 8 + bytes.length)
    const arrays = Array.from({ length: levels }, (_, level) => 8 + 6 * level)
    const file = assemble([bytes, [0x09]], {
      refSize: 2,
      top: first,
      offsets: [...leaves, ...arrays, 8 + bytes.length],
    })
    const error = parseError(file)
    same([error.reason, error.offset], ["TooLarge", 8 + 6])
  })

  it("one stretch of data in every one of many levels", () => {
    // Each array holds the same bytes as another object, then the next array: no level is complete when memory is spent.
    const levels = 60
    const arrays = Array.from({ length: levels }, (_, level) => [0xa2, levels + 1 + level, level + 1])
    const offsets = Array.from({ length: levels }, (_, level) => 8 + 3 * level)
    const leafAt = 8 + 3 * levels
    const file = assemble([...arrays, [0x09], [...head(4, 1000), ...zeros(1000)]], {
      offsets: [...offsets, leafAt, ...Array.from({ length: levels }, () => leafAt + 1)],
    })
    const error = parseError(file, { maxBytes: 3000 })
    same([error.reason, error.offset], ["TooLarge", leafAt + 1])
  })

  it("reads and shares objects within the limit", () => {
    const value = read(laughs(3, 10, ascii("lol")))
    expect(JSON.stringify(value).length).toBe(5 * 1000 + 111 * 2 + 999)
    expect(Array.isArray(value) && value[0] === value[9]).toBe(true)
  })

  it("maxBytes counts 8 bytes an object, and content", () => {
    const file = laughs(1, 10, ascii("xx"))
    same(Array.isArray(read(file, { maxBytes: 108 })), true)
    same(parseError(file, { maxBytes: 107 }).reason, "TooLarge")
    same(parseError(file, { maxBytes: file.length - 1 }).offset, file.length - 1)
  })

  const chain = (levels: number, leaf: ReadonlyArray<number>): Uint8Array =>
    assemble([...Array.from({ length: levels }, (_, level) => [0xa1, ...word(level + 1)]), leaf], { refSize: 2 })

  it("depth is bounded", () => {
    same(Array.isArray(read(chain(64, [0x09]))), true)
    same(parseError(chain(64, [0xa0])).reason, "TooDeep")
    same(parseError(chain(64, [0xd0])).reason, "TooDeep")
    same(parseError(chain(64, [0x80, 1])).reason, "TooDeep")
    same(parseError(chain(10_000, [0x09])).reason, "TooDeep")
    same(parseError(chain(10_000, [0x09]), { maxDepth: 1e9 }).reason, "TooDeep")
  })

  it("depth cannot hide behind an object that is already known", () => {
    // Object 3 is met as a child of the root first, with two levels in it, and again two levels deeper.
    const file = assemble([[0xa2, 3, 1], [0xa1, 2], [0xa1, 3], [0xa1, 4], [0xa0]])
    same(read(file, { maxDepth: 5 }), [[[]], [[[[]]]]])
    same(parseError(file, { maxDepth: 4 }).reason, "TooDeep")
  })
})
