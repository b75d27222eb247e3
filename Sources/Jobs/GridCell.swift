public import Generation

/// The place of a job in a grid. Every job of a grid holds the whole of it, so that the grid is kept for as long as one of its jobs is.
public struct GridCell: Sendable, Hashable, Codable {
    /// Name of the grid, made as those of jobs are.
    public let id: JobID
    /// The axes.
    public let grid: Grid
    /// The cell that the job draws, from 0 in the order of reading.
    public let cell: Int

    /// Makes a place.
    public init(_ id: JobID, _ grid: Grid, cell: Int) {
        self.id = id
        self.grid = grid
        self.cell = cell
    }
}
