import Foundation
import Jobs
import Testing

@testable import WebAPI

@Suite("Requests of the gallery")
struct GalleryRequestTests {
    private static let (first, second) = (PictureID(JobID(), 0), PictureID(JobID(), 12))

    @Test("pictures are chosen by a list, or by text with commas; each once, in order")
    func choice() throws {
        let (first, second) = (Self.first, Self.second)
        let list = #"{"ids": ["\#(second)", "\#(first)", "\#(second)"]}"#
        #expect(try PictureChoice(body: Data(list.utf8)).ids == [second, first])
        #expect(try PictureChoice(body: Data(#"{"ids": " \#(first), \#(second),"}"#.utf8)).ids == [first, second])
        #expect(try PictureChoice(commaSeparated: "\(first),\(second)").ids == [first, second])
    }

    @Test("what chooses no picture is refused with the user's own value", arguments: [
        ("{}", "ids", "ids names no picture."), (#"{"ids": []}"#, "ids", "ids names no picture."), (#"{"ids": ","}"#, "ids",
        "ids names no picture."),
        (#"{"ids": ["x"]}"#, "ids", "ids cannot have \"x\"."), (#"{"ids": 5}"#, "ids", "ids cannot be 5."), (#"{"ids": [5]}"#, "ids",
        "ids cannot be a list."),
        (#"{"id": "x"}"#, "id", "There is no field \"id\"."), (#"{"ids": "../../etc/passwd"}"#, "ids",
        "ids cannot have \"../../etc/passwd\"."),
    ])
    func refusals(body: String, field: String, message: String) {
        let error = #expect(throws: APIError.self) { try PictureChoice(body: Data(body.utf8)) }
        #expect(error?.kind == .invalidValue && error?.field == field)
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    @Test("a request has a thousand pictures at most")
    func most() throws {
        let job = JobID()
        let ids = (0..<1001).map { "\(job)-\($0)" }
        #expect(try PictureChoice(commaSeparated: ids.dropLast().joined(separator: ",")).ids.count == 1000)
        let error = #expect(throws: APIError.self) { try PictureChoice(commaSeparated: ids.joined(separator: ",")) }
        #expect(error?.message == "ids has 1001 pictures; the limit is 1000. Send several requests.")
        #expect(throws: APIError.self) { try PictureChoice(commaSeparated: nil) }
    }

    @Test("a change says what it changes", arguments: [
        (#"{"is_favourite": true}"#, true, nil), (#"{"albums": []}"#, nil, []),
        (#"{"albums": [" cats ", "猫"], "is_favourite": false}"#, false, ["cats", "猫"]),
        (#"{"albums": "cats"}"#, nil, ["cats"]),
    ] as [(String, Bool?, [String]?)])
    func change(body: String, isFavourite: Bool?, albums: [String]?) throws {
        let change = try PictureChange(body: Data(body.utf8))
        #expect(change.isFavourite == isFavourite && change.albums == albums)
    }

    @Test("a change of nothing and names that no album can have are refused", arguments: [
        ("{}", "is_favourite"), (#"{"is_favourite": null}"#, "is_favourite"), (#"{"is_favourite": "x"}"#, "is_favourite"),
        (#"{"albums": [""]}"#, "albums"),
        (#"{"albums": ["  "]}"#, "albums"), (#"{"albums": ["a\u0000"]}"#, "albums"), (#"{"albums": ["a\nb"]}"#, "albums"),
        (#"{"albums": 5}"#, "albums"),
        (#"{"albums": ["\#(String(repeating: "x", count: 101))"]}"#, "albums"), (#"{"add_album": "x"}"#, "add_album"),
        (#"{"albums": [\#(Array(repeating: "\"x\"", count: 101).joined(separator: ","))]}"#, "albums"),
    ])
    func refusedChanges(body: String, field: String) {
        let error = #expect(throws: APIError.self) { try PictureChange(body: Data(body.utf8)) }
        #expect(error?.kind == .invalidValue && error?.field == field)
    }

    @Test("many are changed at once")
    func changes() throws {
        let id = Self.first
        let text = #"{"ids": ["\#(id)"], "is_favourite": true, "add_album": "a", "remove_album": "b"}"#
        let change = try PicturesChange(body: Data(text.utf8))
        #expect(change.ids == [id] && change.isFavourite == true && change.addedAlbum == "a" && change.removedAlbum == "b")
        for body in [#"{"ids": ["\#(id)"]}"#, #"{"is_favourite": true}"#, #"{"ids": ["\#(id)"], "add_album": ""}"#] {
            #expect(throws: APIError.self) { try PicturesChange(body: Data(body.utf8)) }
        }
    }

    @Test("filters of the list", arguments: [
        ("2026-11-28", "2026-11-28"), ("", nil), (nil, nil), ("0001-01-31", "0001-01-31"),
    ] as [(String?, String?)])
    func days(text: String?, day: String?) throws { #expect(try ListQuery.day(text, field: "from") == day) }

    @Test("what is no day, no job and neither true nor false is refused", arguments: [
        "2026-11-28T12:00", "yesterday", "2026-13-01", "2026-00-01", "2026-01-32", "26-11-28", "2026/11/28", "2026-1-1", "２０２６-11-28", "-",
        "' OR 1",
    ])
    func refusedFilters(text: String) {
        #expect(refusal { _ = try ListQuery.day(text, field: "from") }?.field == "from")
        #expect(refusal { _ = try ListQuery.job(text) }?.field == "job")
        #expect(refusal { _ = try ListQuery.isFavourite(text) }?.field == "favourite")
    }

    @Test("favourites are asked for by true")
    func favourites() throws {
        for text in ["true", "1", "TRUE"] { #expect(try ListQuery.isFavourite(text)) }
        for text in [nil, "", "false", "0"] { #expect(try !ListQuery.isFavourite(text)) }
    }
}
