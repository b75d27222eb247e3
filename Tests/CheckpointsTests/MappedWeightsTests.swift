import Foundation
import TestSupport
import Testing

@testable import Checkpoints

struct MappedWeightsTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func sharded() throws -> String {
        var tiny = TinyCheckpoint.minimal()
        tiny.shardCount = 4
        return try tiny.writeFolder(in: folder)
    }

    @Test("files lie one after another at page boundaries, and literals behind them")
    func layout() throws {
        let checkpoint = try Checkpoint.open(sharded())
        let literals: [UInt8] = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        let mapping = try MappedWeights(checkpoint, appending: literals)
        var end = 0
        for file in checkpoint.files {
            #expect(file.mappedOffset == end.roundedUpToPage)
            end = file.mappedOffset + file.byteCount
            let bytes = UnsafeRawBufferPointer(start: mapping.baseAddress + file.mappedOffset, count: file.byteCount)
            #expect(bytes.elementsEqual(try Data(contentsOf: URL(filePath: file.path))))
        }
        #expect(checkpoint.mappedByteCount == end.roundedUpToPage)
        let tail = UnsafeRawBufferPointer(
            start: mapping.baseAddress + checkpoint.mappedByteCount, count: mapping.byteCount - checkpoint.mappedByteCount)
        #expect(tail.count >= literals.count && tail.prefix(literals.count).elementsEqual(literals))
        #expect(tail.dropFirst(literals.count).allSatisfy { $0 == 0 })
        #expect(mapping.changedFile == nil)
    }

    /// Something that another program does to a file, or to what has its name.
    enum Deed: String, CaseIterable, Sendable {
        case cut, emptied, overwritten, longer, copiedOver, renamedOver, removed, permissions

        /// Whether those who have the file open see it.
        var isSeen: Bool { ![.renamedOver, .removed, .permissions].contains(self) }
        /// Whether pages of the file are gone.
        var takesPages: Bool { self == .cut || self == .emptied }

        func `do`(to path: String) throws {
            let url = URL(filePath: path)
            switch self {
            case .cut, .emptied, .longer:
                let handle = try FileHandle(forWritingTo: url)
                try handle.truncate(atOffset: self == .cut ? 5000 : self == .emptied ? 0 : handle.seekToEnd() + 1)
                try handle.close()
            case .overwritten:
                let handle = try FileHandle(forWritingTo: url)
                try handle.seek(toOffset: 6000)
                try handle.write(contentsOf: Data([1, 2, 3]))
                try handle.close()
            case .copiedOver:
                // As `cp` does it: emptied, then written anew under the same number.
                let content = try Data(contentsOf: url)
                try content.write(to: url, options: [])
            case .renamedOver:
                try Data("something else".utf8).write(to: url, options: .atomic)
            case .removed: try FileManager.default.removeItem(at: url)
            case .permissions: try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
            }
        }
    }

    @Test(
        "a mapped file that another program changes is noticed and harms nobody; what leaves its content alone is not",
        arguments: Deed.allCases)
    func changed(deed: Deed) throws {
        let path = try TinyCheckpoint.minimal().writeSingleFile(in: folder)
        // So that the time of modification is another one also where it is kept coarsely.
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: path)
        let before = try Data(contentsOf: URL(filePath: path))
        let checkpoint = try Checkpoint.open(path)
        let mapping = try MappedWeights(checkpoint)
        let identity = checkpoint.identity
        #expect(mapping.changedFile == nil && checkpoint.isCurrent)
        try deed.do(to: path)
        let bytes = UnsafeRawBufferPointer(start: mapping.baseAddress, count: before.count)
        if deed.takesPages {
            #expect(bytes.last == 0)
        } else {
            #expect(bytes.elementsEqual(before) == (deed != .overwritten))
        }
        #expect(mapping.changedFile == (deed.isSeen ? "tiny.safetensors" : nil))
        #expect(checkpoint.isCurrent == (deed == .permissions))
        #expect(checkpoint.identity == identity)
        if deed.isSeen {
            #expect(throws: CheckpointError.changed(file: "tiny.safetensors")) { try MappedWeights(checkpoint) }
        }
    }

    @Test("a page that was read as lost spoils the mapping for good, also when the file is whole again with its old times")
    func lostPage() throws {
        let path = try sharded()
        let checkpoint = try Checkpoint.open(path)
        let victim = checkpoint.files[1]
        let mapping = try MappedWeights(checkpoint)
        let content = try Data(contentsOf: URL(filePath: victim.path))
        var status = stat()
        #expect(stat(victim.path, &status) == 0)
        try Deed.emptied.do(to: victim.path)
        let files = checkpoint.files.map { UnsafeRawBufferPointer(start: mapping.baseAddress + $0.mappedOffset, count: $0.byteCount) }
        #expect(files[1][10] == 0)
        try content.write(to: URL(filePath: victim.path), options: [])
        var times = [status.st_atim, status.st_mtim]
        #expect(utimensat(AT_FDCWD, victim.path, &times, 0) == 0)
        #expect(mapping.changedFile == victim.name)
        // Its neighbours are what they were, and a new mapping is whole.
        for index in [0, 2] { #expect(files[index].elementsEqual(try Data(contentsOf: URL(filePath: checkpoint.files[index].path)))) }
        #expect(try MappedWeights(checkpoint).changedFile == nil)
    }

    @Test("a lost page is read on a thread whose alternate stack for signals is gone, as OpenVINO's CPU plugin leaves one behind")
    func lostAlternateStack() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = try TinyCheckpoint.minimal().writeSingleFile(in: folder)
            let mapping = try MappedWeights(Checkpoint.open(path))
            let size = 1 << 16
            let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            var stack = stack_t(ss_sp: memory, ss_flags: 0, ss_size: size)
            #expect(sigaltstack(&stack, nil) == 0 && munmap(memory, size) == 0 && truncate(path, 0) == 0)
            withExtendedLifetime(mapping) { #expect(mapping.bytes[0] == 0) }
        }
    }

    @Test("a fault outside of all mappings ends the process as ever")
    func otherFaults() async {
        await #expect(processExitsWith: .signal(SIGBUS)) {
            let folder = try TemporaryFolder()
            let path = try TinyCheckpoint.minimal().writeSingleFile(in: folder)
            let mapping = try MappedWeights(Checkpoint.open(path))
            let descriptor = open(path, O_RDONLY)
            let other = mmap(nil, 1 << 20, PROT_READ, MAP_PRIVATE, descriptor, 0)
            truncate(path, 0)
            withExtendedLifetime(mapping) { print(mapping.bytes[0], other?.load(fromByteOffset: 8192, as: UInt8.self) ?? 0) }
        }
    }

    @Test("a file that was replaced after opening keeps its content")
    func replacedFile() throws {
        let path = try TinyCheckpoint.minimal().writeSingleFile(in: folder)
        let checkpoint = try Checkpoint.open(path)
        let before = try Data(contentsOf: URL(filePath: path))
        try FileManager.default.removeItem(atPath: path)
        try folder.write("something else", to: "tiny.safetensors")
        let mapping = try MappedWeights(checkpoint)
        #expect(UnsafeRawBufferPointer(start: mapping.baseAddress, count: before.count).elementsEqual(before))
    }

    @Test("a tensor at an odd address is readable")
    func unaligned() throws {
        let header = #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F16","shape":[2],"data_offsets":[1,5]}}"#
        let path = try folder.write(SafetensorsWriter.file(header: header, data: [9, 1, 2, 3, 4]), to: "odd.safetensors")
        var files = FileSequence()
        let tensors = try files.open(path).tensors
        #expect(tensors.values.map(\.offset).sorted() == [8 + header.utf8.count, 9 + header.utf8.count])
    }
}
