import Foundation
import Jobs
import Testing

@testable import Store

@Suite("The data folder")
struct DataFolderTests {
    @Test("a thumbnail, and a picture of an earlier version, is found by its name alone")
    func files() throws {
        let folder = DataFolder(URL(filePath: "/data"))
        let id = try #require(PictureID("019a0b1c2d3e4f5a6b7c8d9e0f1a2b3c-2"))
        #expect(folder.earlierPicture(id).path == "/data/pictures/019a0b1c/019a0b1c2d3e4f5a6b7c8d9e0f1a2b3c-2.png")
        #expect(folder.thumbnail(id).path == "/data/thumbnails/019a0b1c/019a0b1c2d3e4f5a6b7c8d9e0f1a2b3c-2.webp")
    }
}
