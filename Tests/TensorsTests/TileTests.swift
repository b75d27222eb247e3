import TestSupport
import Testing

@testable import Tensors

@Suite("Tiles")
struct TileTests {
    @Test("tiles lie evenly, as few as cover the axis", arguments: [
        // A1111's table.
        (512, 192, 8, [0, 160, 320]), (768, 192, 8, [0, 144, 288, 432, 576]), (200, 192, 8, [0, 8]), (193, 192, 8, [0, 1]),
        (192, 192, 8, [0]), (1000, 512, 64, [0, 244, 488]), (700, 512, 64, [0, 188]),
        // A1111 puts black beside a picture that is shorter than a tile; here it is one tile.
        (100, 192, 8, [0]), (80, 0, 0, [0]),
        // Latents of 768 and 1024 pixels, in tiles of a model for 512.
        (96, 64, 16, [0, 32]), (128, 64, 16, [0, 32, 64]), (65, 64, 16, [0, 1]), (10, 3, 0, [0, 2, 4, 7]),
    ] as [(Int, Int, Int, [Int])])
    func placement(size: Int, tile: Int, overlap: Int, starts: [Int]) {
        #expect(TileLine(size: size, tile: tile, overlap: overlap).starts == starts)
    }

    @Test("tiles of all sizes have one length, cover the axis and share what they should, and one fewer would not do")
    func properties() {
        for size in 1...60 {
            for tile in 2...20 {
                for overlap in 0..<tile {
                    let line = TileLine(size: size, tile: tile, overlap: overlap)
                    #expect(line.starts.first == 0 && line.starts.last == size - line.length && line.length == min(size, tile))
                    let steps = zip(line.starts, line.starts.dropFirst()).map { $1 - $0 }
                    #expect(steps.allSatisfy { $0 > 0 && tile - $0 >= overlap })
                    let fewer = line.starts.count - 1
                    #expect(fewer == 0 || fewer * (tile - overlap) + overlap < size)
                    for context in [0, 1, 5] {
                        let kept = line.starts.indices.map { line.kept($0, context: context) }
                        #expect(kept.first?.lowerBound == 0 && kept.last?.upperBound == size)
                        for (part, next) in zip(kept, kept.dropFirst()) { #expect(part.upperBound >= next.lowerBound) }
                    }
                }
            }
        }
    }

    /// As the script's `noise`.
    private func picture(_ shape: [Int], salt: Int = 0) -> NDArray {
        let values = (0..<shape.reduce(1, *)).map { index in Float(Double((index * 7919 + salt) % 4001) / 1000 - 2) }
        return NDArray(shape: shape, values: values)
    }

    @Test("tiles that are parts of one picture give that picture again", arguments: [
        (5, 7, 3, 1, 0), (12, 9, 5, 3, 1), (9, 12, 8, 6, 2), (4, 20, 8, 2, 4), (3, 3, 0, 0, 0), (16, 16, 5, 4, 1),
    ])
    func reconstruction(height: Int, width: Int, tile: Int, overlap: Int, context: Int) {
        let plan = TilePlan(height: height, width: width, tile: tile, overlap: overlap)
        let whole = picture([2, 3, 2 * height, 2 * width])
        var blender = TileBlender(plan, scale: 2, context: context)
        for index in 0..<plan.count {
            #expect(blender.result == nil)
            blender.add(whole.tile(plan[index], scale: 2))
        }
        // A number is the sum of its own shares, rounded.
        let difference = blender.result.map { zip($0.values, whole.values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) } }
        #expect(difference ?? .infinity <= 1e-6)
    }

    @Test("a result that is taken in parts is the whole one, each row once, and rows of one row of tiles are held", arguments: [
        (5, 7, 3, 1, 0), (12, 9, 5, 3, 1), (9, 12, 8, 6, 2), (4, 20, 8, 2, 4), (3, 3, 0, 0, 0), (40, 16, 5, 4, 1),
    ])
    func parts(height: Int, width: Int, tile: Int, overlap: Int, context: Int) {
        let plan = TilePlan(height: height, width: width, tile: tile, overlap: overlap)
        var whole = TileBlender(plan, scale: 2, context: context)
        var inParts = TileBlender(plan, scale: 2, context: context, isTakenInParts: true)
        var rows: [[Float]] = []
        for index in 0..<plan.count {
            let tile = picture([1, 1, plan.rows.length * 2, plan.columns.length * 2], salt: index)
            whole.add(tile)
            inParts.add(tile)
            #expect(inParts.result == nil)
            guard let part = inParts.takeFinishedRows() else { continue }
            #expect(part.shape[3] == width * 2 && part.shape[2] <= plan.rows.length * 2)
            rows += (0..<part.shape[2]).map { Array(part.values[$0 * width * 2..<($0 + 1) * width * 2]) }
            #expect(inParts.takeFinishedRows() == nil)
        }
        #expect(rows.count == height * 2 && rows.flatMap(\.self) == whole.result?.values)
    }

    @Test("a seam goes from one tile to the next by equal steps over what they share, less the context", arguments: [
        (0, [1, 1, 1, 1, 0.75, 0.5, 0.25, 0, 0, 0] as [Float]), (1, [1, 1, 1, 1, 1, 0.5, 0, 0, 0, 0]), (2, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]),
        (9, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]),
    ])
    func seam(context: Int, expected: [Float]) {
        for isDown in [false, true] {
            let plan = TilePlan(height: isDown ? 10 : 1, width: isDown ? 1 : 10, tile: 7, overlap: 4)
            #expect(plan.count == 2)
            var blender = TileBlender(plan, scale: 1, context: context)
            for value in [1, 0] as [Float] { blender.add(NDArray(repeating: value, shape: [1, 1, isDown ? 7 : 1, isDown ? 1 : 7])) }
            #expect(blender.result?.values == expected)
        }
    }

    /// Tests/Fixtures/tiles/make_tiles.py wrote it.
    private struct Reference: Decodable {
        let height, width: Int
        let line: [Float]
    }

    @Test("a VAE's tiles are blended as diffusers blends them")
    func diffusers() throws {
        for expected in try Fixture.decode([Reference].self, from: "tiles/expected.json") {
            let latents = picture([1, 1, expected.height, expected.width], salt: 3 * 104_729)
            let plan = TilePlan(height: expected.height, width: expected.width, tile: 8, overlap: 2)
            var blender = TileBlender(plan, scale: 8)
            for index in 0..<plan.count {
                let tile = latents.tile(plan[index])
                let mean: Float = tile.values.reduce(0, +) / 64
                let decoded: [Float] = (0..<4096).map { pixel in
                    let (row, column) = (pixel / 64 / 8, pixel % 64 / 8)
                    return tile.values[row * 8 + column] + mean
                }
                blender.add(NDArray(shape: [1, 1, 64, 64], values: decoded))
            }
            let whole = try #require(blender.result).values
            let line: [Float] = expected.width > expected.height ? Array(whole[448..<448 + 96]) : (0..<96).map { whole[$0 * 64 + 4] }
            // Both round each product once.
            let errors = zip(line, expected.line).map { abs($0 - $1) }
            #expect(errors.allSatisfy { $0 <= 1e-6 })
            #expect(line.count == expected.line.count)
        }
    }

    @Test("a picture is mirrored at its last rows and columns")
    func mirrored() {
        let x = NDArray(shape: [1, 1, 2, 3], values: [1, 2, 3, 4, 5, 6])
        #expect(x.mirrored(toMultiplesOf: 4) == NDArray(
            shape: [1, 1, 4, 4], values: [1, 2, 3, 2, 4, 5, 6, 5, 1, 2, 3, 2, 1, 2, 3, 2]))
        #expect(x.mirrored(toMultiplesOf: 1) == x)
    }

    @Test("a picture whose edges fit together is continued across them, and cut out again")
    func wrapped() {
        let x = NDArray(shape: [1, 1, 2, 3], values: [1, 2, 3, 4, 5, 6])
        let wrapped = x.wrapped(rows: 1, columns: 2)
        #expect(wrapped == NDArray(shape: [1, 1, 4, 7], values: [
            5, 6, 4, 5, 6, 4, 5, 2, 3, 1, 2, 3, 1, 2, 5, 6, 4, 5, 6, 4, 5, 2, 3, 1, 2, 3, 1, 2,
        ]))
        #expect(wrapped.cut(rows: 1..<3, columns: 2..<5) == x)
        #expect(x.wrapped(rows: 0, columns: 0) == x)
    }
}
