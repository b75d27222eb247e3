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
        let tail = UnsafeRawBufferPointer(start: mapping.baseAddress + checkpoint.mappedByteCount, count: mapping.byteCount - checkpoint.mappedByteCount)
        #expect(tail.count >= literals.count && tail.prefix(literals.count).elementsEqual(literals))
        #expect(tail.dropFirst(literals.count).allSatisfy { $0 == 0 })
        #expect(mapping.isIntact)
    }

    @Test("a file that was cut after opening is noticed before it is read")
    func cutFile() throws {
        let path = try TinyCheckpoint.minimal().writeSingleFile(in: folder)
        let checkpoint = try Checkpoint.open(path)
        let mapping = try MappedWeights(checkpoint)
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: 1000)
        try handle.close()
        #expect(!mapping.isIntact)
        #expect(throws: CheckpointError.changed(file: "tiny.safetensors")) { try MappedWeights(checkpoint) }
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
        #expect(tensors.map(\.offset) == [8 + header.utf8.count, 9 + header.utf8.count])
    }
}
