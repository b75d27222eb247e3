import ArgumentParser
import Generation

/// The options of several requests: a grid, or prompts from a file.
struct SeveralFlags: ParsableArguments {
    @Option(
        name: .customLong("grid"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "Draw each combination of values, and a labelled sheet of all: one to three axes, which become columns, rows and blocks. "
                + "See above.",
            valueName: "field=values"))
    var axes: [String] = []

    @Flag(help: "Keep the sheet of --grid alone, without a file for each of its pictures.")
    var noCells = false

    @Option(help: ArgumentHelp(
        "Draw each line of a text file: a prompt, or options such as --prompt \"a cat\" --steps 30 --seed 5 for any field of a request. "
            + "Empty lines and lines that begin with # are left out.",
        valueName: "file"))
    var promptsFile: String?

    func validate() throws {
        guard axes.isEmpty || promptsFile == nil else {
            throw ValidationError("--grid and --prompts-file do not go together. A prompt axis goes through prompts: prompt=cat,dog.")
        }
        guard !noCells || !axes.isEmpty else { throw ValidationError("--no-cells has no effect without --grid.") }
        do {
            _ = try grid()
        } catch {
            throw ValidationError("--grid: \(error)")
        }
    }

    /// The grid; nil without one. Each call makes new seeds for those of -1.
    func grid() throws(InvalidRequest) -> Grid? {
        guard !axes.isEmpty else { return nil }
        var all: [GridAxis] = []
        for text in axes {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw InvalidRequest(
                    field: "axes",
                    "\"\(text)\" is no axis. Write field=values, such as steps=10,20,30. The prompt stands before --grid.")
            }
            all.append(try GridAxis(parts[0], text: parts[1]))
        }
        return try Grid(all)
    }

    /// Keys of the fields that have an axis.
    var axisKeys: [String] { ((try? grid()) ?? nil)?.axes.map(\.field) ?? [] }

    /// The lines of the file; nil without one.
    /// - Throws: `CommandFailure`: `.badInput` naming the line that cannot be used.
    func lines() throws(CommandFailure) -> [PromptLine]? {
        guard let promptsFile else { return nil }
        return try PromptLine.lines(ofFile: promptsFile)
    }
}
