import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Zip files")
struct ZipWriterTests {
    private static let time = ZipWriter.Time(year: 2026, month: 11, day: 28, hour: 14, minute: 3, second: 59)

    @Test("a check sum is that of the standard, however the bytes come", arguments: [
        ("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43), ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
    ] as [(String, UInt32)])
    func checkSums(text: String, sum: UInt32) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            var crc = CRC32()
            crc.add(Array(bytes[..<cut]))
            crc.add(Array(bytes[cut...]))
            #expect(crc.value == sum)
        }
    }

    private func zip(_ entries: [(String, [UInt8])]) -> [UInt8] {
        var (writer, bytes) = (ZipWriter(), [UInt8]())
        for (name, contents) in entries {
            var crc = CRC32()
            crc.add(contents)
            bytes += writer.begin(name, byteCount: UInt32(contents.count), crc32: crc.value, time: Self.time) + contents
        }
        bytes += writer.end()
        return bytes
    }

    static let pythonPath = "/usr/bin/python3"

    @Test(
        "Python reads every entry, and finds the check sums right",
        .enabled(if: FileManager.default.isExecutableFile(atPath: ZipWriterTests.pythonPath), "needs Python"))
    func python() async throws {
        let folder = try TemporaryFolder()
        let entries: [(String, [UInt8])] = [
            ("2026-11-28/0001-7-cat.png", (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 31) }), ("猫.png", [1, 2, 3]), ("empty", []),
            ("a.png", [4]), ("A.png", [5]), ("folder.x/a", [6]), ("folder.x/a", [7]),
        ]
        let bytes = zip(entries)
        #expect(ZipWriter.byteCount(of: entries.map { (name: $0.0, byteCount: UInt32($0.1.count)) }) == UInt64(bytes.count))
        try Data(bytes).write(to: folder.url.appending(path: "x.zip"))
        let script = """
            import sys, zipfile
            with zipfile.ZipFile(sys.argv[1]) as file:
                assert file.testzip() is None
                for entry in file.infolist():
                    rights = oct(entry.external_attr >> 16)
                    print(entry.filename, entry.file_size, sum(file.read(entry)) % 997, *entry.date_time, entry.compress_type, rights)
            """
        let output = try folder.write("", to: "output")
        let process = try ChildProcess(
            Self.pythonPath, ["-c", script, folder.url.appending(path: "x.zip").path],
            environment: ProcessInfo.processInfo.environment.merging(["PYTHONIOENCODING": "utf-8"]) { $1 }, output: output)
        #expect(await process.exitCode() == 0)
        let text = try String(contentsOfFile: output, encoding: .utf8)
        let names = entries.dropLast(3).map(\.0) + ["A-2.png", "folder.x/a", "folder.x/a-2"]
        let lines = Swift.zip(names, entries).map { name, entry in
            "\(name) \(entry.1.count) \(entry.1.reduce(0) { $0 + Int($1) } % 997) 2026 11 28 14 3 58 0 0o100644"
        }
        #expect(text.split(separator: "\n").map(String.init) == lines)
    }

    @Test("without entries it is an empty zip file")
    func empty() { #expect(zip([]) == [0x50, 0x4B, 5, 6] + Array(repeating: 0, count: 18)) }

    @Test("beyond 4 GB, offsets stand in zip64's records")
    func far() throws {
        var writer = ZipWriter()
        for number in 0..<3 { _ = writer.begin("\(number)", byteCount: 3_000_000_000, crc32: 0, time: Self.time) }
        let end = writer.end()
        func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> UInt64 {
            (0..<MemoryLayout<Number>.size).reduce(0) { $0 | UInt64(end[offset + $1]) << ($1 * 8) }
        }
        // An entry of the list has 46 bytes, its name 1; an extra field 12.
        #expect(number(42, UInt32.self) == 0 && number(47 + 42, UInt32.self) == 3_000_000_031)
        let third = 2 * 47
        #expect(number(third + 42, UInt32.self) == UInt64(UInt32.max) && number(third + 30, UInt16.self) == 12)
        #expect(number(third + 47, UInt16.self) == 1 && number(third + 51, UInt64.self) == 6_000_000_062)
        let size = third + 47 + 12
        #expect(number(size, UInt32.self) == 0x0606_4B50 && number(size + 40, UInt64.self) == UInt64(size))
        #expect(number(size + 48, UInt64.self) == writer.byteCount && number(size + 56, UInt32.self) == 0x0706_4B50)
        #expect(number(size + 64, UInt64.self) == writer.byteCount + UInt64(size))
        #expect(number(size + 76, UInt32.self) == 0x0605_4B50 && number(size + 76 + 16, UInt32.self) == UInt64(UInt32.max))
        #expect(end.count == size + 56 + 20 + 22)
    }

    @Test("times are those of zip files: two seconds apart, from 1980", arguments: [
        (1979, 1 << 21 | 1 << 16), (1980, 1 << 21 | 1 << 16), (2107, 127 << 25 | 1 << 21 | 1 << 16), (3000, 127 << 25 | 1 << 21 | 1 << 16),
    ] as [(Int, UInt32)])
    func times(year: Int, bits: UInt32) {
        #expect(ZipWriter.Time(year: year, month: 1, day: 1, hour: 0, minute: 0, second: 0).bits == bits)
    }
}
