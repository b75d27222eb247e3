import ArgumentParser

@main
struct EaselBenchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "easel-bench", abstract: "Times parts of Easel by themselves.",
        subcommands: [
            UNetBenchmark.self, ShapesBenchmark.self, PromptBenchmark.self, ProbeBenchmark.self, PicturesBenchmark.self,
            PreviewBenchmark.self, QueueBenchmark.self, BatchBenchmark.self, LoRABenchmark.self,
        ],
        defaultSubcommand: UNetBenchmark.self)
}
