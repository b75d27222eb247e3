import Generation
import Testing
import TestSupport

@Suite("The size in which a picture is drawn anew")
struct DrawableSizeTests {
    private struct Case: Decodable {
        let width, height, nativeSize: Int
        let drawn: [Int]

        enum CodingKeys: String, CodingKey { case width, height, nativeSize = "native_size", drawn }
    }

    @Test("it keeps the proportions in multiples of 8, and is no larger than what the model draws")
    func sizes() throws {
        // The page's own reckoning is checked against the same table, in Tests/e2e.
        for entry in try Fixture.decode([Case].self, from: "processing/drawable_sizes.json") {
            let size = PictureSize(width: entry.width, height: entry.height)
            let drawn = size.drawable(nativeSize: entry.nativeSize)
            #expect([drawn.width, drawn.height] == entry.drawn, "\(size.text) with \(entry.nativeSize)")
        }
    }

    @Test("sides that are said stay, and the other follows", arguments: [
        (100, 50, 64, nil, 64, 32), (100, 50, nil, 64, 128, 64), (300, 200, 128, nil, 128, 88), (300, 200, 100, 100, 100, 100),
        (10, 4000, 512, nil, 512, 4096), (4000, 10, 512, nil, 512, 8), (97, 61, 96, nil, 96, 64),
    ] as [(Int, Int, Int?, Int?, Int, Int)])
    func said(ownWidth: Int, ownHeight: Int, width: Int?, height: Int?, drawnWidth: Int, drawnHeight: Int) {
        let drawn = PictureSize(width: ownWidth, height: ownHeight).drawable(nativeSize: 512, width: width, height: height)
        #expect((drawn.width, drawn.height) == (drawnWidth, drawnHeight))
    }
}
