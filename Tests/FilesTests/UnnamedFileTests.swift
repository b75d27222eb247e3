import Files
import Foundation
import TestSupport
import Testing

@Suite("Files without a name")
struct UnnamedFileTests {
    @Test("what is written is read, and no name is left in the folder")
    func writing() throws {
        let folder = try TemporaryFolder()
        let opened: OpenFile
        do {
            let file = try UnnamedFile(in: folder.path, byteCount: 300)
            for (offset, value) in [(200, UInt8(3)), (0, 1), (100, 2)] {
                try [UInt8](repeating: value, count: 100).withUnsafeBytes { try file.write($0, at: offset) }
            }
            opened = try file.finished(name: "numbers")
        }
        #expect(FolderEntries.names(in: folder.path) == [])
        #expect(opened.byteCount == 300 && opened.name == "numbers" && opened.isUnchanged && opened.isCurrent)
        #expect(try opened.read(4, at: 98) == [1, 1, 2, 2])
        #expect(try opened.read(300).last == 3)
    }

    @Test("a folder that is not there, or is none, is named")
    func refused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "file")
        for (place, reason) in [("/no/such/folder", "No such file or directory"), (path, "Not a directory")] {
            #expect(throws: FileError.unreadable(path: place, reason: reason)) { try UnnamedFile(in: place, byteCount: 8) }
        }
    }
}
