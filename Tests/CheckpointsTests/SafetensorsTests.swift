import Files
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

struct SafetensorsTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func message(_ bytes: [UInt8], name: String = "bad.safetensors") throws -> String {
        let file = try OpenFile(path: folder.write(bytes, to: name))
        do {
            _ = try SafetensorsHeader(of: file)
            return "accepted"
        } catch {
            return error.description
        }
    }

    @Test("every element type of the format is read", arguments: ElementType.allCases)
    func elementTypes(type: ElementType) throws {
        let tensor = RawTensor(key: "a", elementType: type, shape: [2, 3], bytes: .init(repeating: 7, count: 6 * type.byteCount))
        let bytes = SafetensorsWriter.file([tensor], metadata: ["format": "pt"])
        let header = try SafetensorsHeader(of: OpenFile(path: folder.write(bytes, to: "good.safetensors")))
        #expect(header.tensors == [StoredTensor(key: "a", elementType: type, shape: [2, 3], offset: bytes.count - tensor.bytes.count)])
        #expect(header.metadata == ["format": "pt"])
    }

    @Test("scalars, empty tensors and unknown members are no problem")
    func unusual() throws {
        let header =
            #"{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4],"note":[{}]},"e":{"dtype":"F16","shape":[0,9],"data_offsets":[4,4]}}"#
        let file = try OpenFile(path: folder.write(SafetensorsWriter.file(header: header, data: [0, 0, 0, 0]), to: "good.safetensors"))
        #expect(try SafetensorsHeader(of: file).tensors.map(\.byteCount) == [4, 0])
    }

    @Test("a damaged header is reported by tensor and cause", arguments: [
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 5, "it has 67 bytes and needs 3 more. Download or copy it again."),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "its last 1 bytes belong to no tensor."),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, #"4 bytes before tensor "a" belong to no tensor."#),
            (
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8,
                #"tensor "b" overlaps "a"."#
            ),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8,
                #"tensor "a" is listed twice."#
            ),
            (
                #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8,
                #"tensor "a" (F32 [3]) takes 12 bytes, but its data_offsets span 8."#
            ),
            (
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8,
                #"tensor "a" has the data_offsets [8, 0] instead of a begin and an end in order."#
            ),
            (
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, 8,
                #"tensor "a" has the data_offsets [-8, 0] instead of a begin and an end in order."#
            ),
            (
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, 8,
                #"tensor "a" has the data_offsets [0] instead of a begin and an end in order."#
            ),
        (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, #"tensor "a" has the impossible shape [-2]."#),
            (
                #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0,
                #"tensor "a" has the impossible shape [4294967296, 4294967296]."#
            ),
            (
                #"{"a":{"dtype":"F32","shape":[9223372036854775807,9,0],"data_offsets":[0,0]}}"#, 0,
                #"tensor "a" has the impossible shape [9223372036854775807, 9, 0]."#
            ),
            (
                #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}}"#, 0,
                #"tensor "a" would end at byte 9223372036854775807 of the data."#
            ),
            (
                #"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}"#, 8,
                #"tensor "a" has the element type "F4", which Easel does not know."#
            ),
        (#"{"a":{"shape":[2],"data_offsets":[0,8]}}"#, 8, #"tensor "a" has no dtype."#),
        (#"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#, 8, #"tensor "a" has no shape."#),
        (#"{"a":{"dtype":"F32","shape":[2]}}"#, 8, #"tensor "a" has no data_offsets."#),
            (
                #"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, 8,
                #"its header is not valid: expected a whole number at byte 32, in "a"."#
            ),
            (
                #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, 8,
                #"its header is not valid: expected a whole number at byte 49, in "a"."#
            ),
            (
                #"{"a":{"dtype":"F32","dtype":"U8","shape":[2],"data_offsets":[0,8]}}"#, 8,
                #"its header is not valid: expected "dtype" only once at byte 28, in "a"."#
            ),
        (#"{"a":[]}"#, 8, #"its header is not valid: expected an object at byte 5, in "a"."#),
        (#"{"a":"#, 8, #"its header is not valid: expected an object at byte 5, in "a"."#),
        (#"{} {}"#, 0, #"its header is not valid: expected nothing more at byte 3."#),
    ])
    func damaged(header: String, dataByteCount: Int, problem: String) throws {
        let bytes = SafetensorsWriter.file(header: header, data: .init(repeating: 0, count: dataByteCount))
        #expect(try message(bytes) == "\"bad.safetensors\" is damaged: \(problem)")
    }

    @Test("a header longer than the file or than allowed is refused")
    func headerLength() throws {
        var bytes = SafetensorsWriter.file(header: "{}")
        bytes[0] = 200
        #expect(try message(bytes) == "\"bad.safetensors\" is damaged: it has 10 bytes and needs 198 more. Download or copy it again.")
        bytes[3] = 200
        #expect(
            try message(bytes)
                == "\"bad.safetensors\" is damaged: its header would have 3355443400 bytes, and at most 100000000 are allowed.")
    }

    @Test("deep nesting in a header does not exhaust the stack")
    func nesting() throws {
        let header = "{\"a\":{\"x\":" + String(repeating: "[", count: 1_000_000)
        #expect(
            try message(SafetensorsWriter.file(header: header)).hasPrefix(
                "\"bad.safetensors\" is damaged: its header is not valid: expected at most 64 levels of nesting"))
    }

    @Test("what is not a safetensors file is named", arguments: [
        ("", "it is empty. Download or copy it again."),
        ("Dear reader,\n", "it holds text. Check that this is the model and not a note about it."),
        ("<!DOCTYPE html><html>", "it is a web page. The download may have needed a login; download it again."),
            (
                "version https://git-lfs.github.com/spec/v1\noid",
                "it is a Git LFS pointer, which stands for the file. Run `git lfs pull` where it was cloned, or download the file itself."
            ),
        ("PK\u{3}\u{4}archive/data.pkl", "it is a file that torch.save wrote."),
        ("GGUF\u{3}\0\0\0", "it is a GGUF file. Use the .safetensors version of the model."),
        ("\u{1}\u{2}\u{3}", "its first bytes are not a header. Download or copy it again."),
    ])
    func lookalike(text: String, explanation: String) throws {
        #expect(try message(Array(text.utf8)) == "\"bad.safetensors\" is not a safetensors file: \(explanation)")
    }

    @Test("a header whose length reads as a web page's first bytes is still a header")
    func lengthLikeText() throws {
        // 0x213C is "<!" in the file.
        let header = "{" + String(repeating: " ", count: 0x213C - 2) + "}"
        #expect(try message(SafetensorsWriter.file(header: header)) == "accepted")
    }
}
