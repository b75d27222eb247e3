import Generation

extension JobRequest {
    /// Runs of a job at most.
    static let runRange = 1...1000

    /// Checks every value that does not depend on a checkpoint.
    func validate() throws(InvalidRequest) {
        try generation.validate()
        guard Self.runRange.contains(runs) else {
            throw InvalidRequest(
                field: "n_iter", .outOfRange(.init(runs), from: 1, to: .init(Self.runRange.upperBound)),
                "n_iter \(runs) is out of range. Use 1 to \(Self.runRange.upperBound).")
        }
    }
}
