public import Generation
public import Jobs

/// A grid, as `GET /api/v1/grids/{id}` tells of it.
public struct GridAnswer: Codable, Sendable {
    /// One direction of the grid: columns, rows, blocks.
    public struct Axis: Codable, Sendable {
        /// The key of the field, or `model`.
        public var field: String
        /// The field's name in headings.
        public var name: String
        public var values: [String]
    }

    /// A cell, in the order of reading.
    public struct Cell: Codable, Sendable {
        /// The job that draws it; null when it was removed.
        @OrNull public var job: String?
        /// The state of the job; null when it was removed.
        @OrNull public var state: JobState?
        /// The value of each axis.
        public var values: [String]
        /// Why it failed or was cancelled.
        @OrNull public var failure: String?
        /// The picture that the sheet shows: the job's first.
        @OrNull public var picture: JobAnswer.Picture?
    }

    public var id: String
    /// Address that tells of the grid.
    public var url: String
    /// The address of the labelled sheet.
    public var sheetURL: String
    /// Columns, then rows, then blocks.
    public var axes: [Axis]
    public var cells: [Cell]
    /// Number of cells that are over, one way or another.
    public var finished: Int
    /// Warnings about the sheet, in sentences.
    public var warnings: [String]
    /// The same as data, in the same order.
    public var notices: [Notice]

    /// Tells of a grid.
    /// - Parameters:
    ///   - jobs: those of its cells that are there.
    ///   - missingCharacters: characters of headings that no font of the server has.
    public init(_ id: JobID, _ grid: Grid, jobs: [Job], missingCharacters: String = "") {
        self.id = id.description
        url = "/api/v1/grids/\(id)"
        sheetURL = url + "/sheet.png"
        axes = grid.axes.map { Axis(field: $0.field, name: $0.name, values: $0.values) }
        let byCell = Dictionary(jobs.map { ($0.request.grid?.cell ?? 0, $0) }) { first, _ in first }
        cells = (0..<grid.count).map { cell in
            let job = byCell[cell]
            return Cell(
                job: job?.id.description, state: job?.state, values: grid.values(of: cell), failure: job?.failure,
                picture: job?.pictures.first.map(JobAnswer.Picture.init))
        }
        finished = (0..<grid.count).count { byCell[$0]?.state.isFinal ?? true }
        notices = missingCharacters.isEmpty ? [] : [
            Notice(
                .missingCharacters, ["characters": .init(missingCharacters)],
                "No font of the server has \(missingCharacters): boxes stand for them on the sheet. Install a font such as Noto Sans CJK."),
        ]
        warnings = notices.map(\.description)
    }

    private enum CodingKeys: String, CodingKey { case id, url, sheetURL = "sheet_url", axes, cells, finished, warnings, notices }
}
