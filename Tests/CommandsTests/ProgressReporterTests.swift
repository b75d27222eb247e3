import Generation
import Synchronization
import Testing

@testable import Commands

@Suite("Progress")
struct ProgressReporterTests {
    @Test("a step's line tells how many are done, the time of one and what is left", arguments: [
        (0, 20, nil, "Step 0/20"),
        (1, 20, 1.5, "Step 1/20  1.5 s/it, 29 s left"),
        (10, 20, 12.345, "Step 10/20  1.23 s/it, 13 s left"),
        (5, 20, 50, "Step 5/20  10.0 s/it, 2 min 30 s left"),
        (20, 20, 30, "Step 20/20  1.5 s/it, 0 s left"),
        (1, 1000, 60, "Step 1/1000  60.0 s/it, 999 min 0 s left"),
    ] as [(Int, Int, Double?, String)])
    func line(done: Int, total: Int, seconds: Double?, expected: String) {
        #expect(ProgressReporter.stepLine(done: done, total: total, seconds: seconds, bar: false) == expected)
    }

    @Test("on a terminal a bar stands between")
    func bar() {
        #expect(
            ProgressReporter.stepLine(done: 1, total: 2, seconds: 3, bar: true) == "Step 1/2  ████████████░░░░░░░░░░░░  3.0 s/it, 3 s left")
        #expect(ProgressReporter.bar(fraction: 0, width: 4) == "░░░░")
        #expect(ProgressReporter.bar(fraction: 0.5, width: 4) == "██░░")
        #expect(ProgressReporter.bar(fraction: 1, width: 4) == "████")
    }

    @Test("times are told in seconds, then in minutes", arguments: [
        (0, "0 s"), (0.2, "1 s"), (59, "59 s"), (59.5, "1 min 0 s"), (200, "3 min 20 s"),
    ])
    func duration(seconds: Double, expected: String) {
        #expect(ProgressReporter.duration(seconds) == expected)
    }

    @Test("--quiet hides progress and nothing that may be wrong", arguments: [
        (ProgressReporter.Style.quiet, ["It failed. The UNet now runs on CPU in f32.", "Warning: odd"]),
        (.lines, ["Encoding the prompt", "Measuring", "It failed. The UNet now runs on CPU in f32.", "Step 0/2", "Kept", "Warning: odd"]),
    ])
    func quiet(style: ProgressReporter.Style, expected: [String]) {
        let written = Written()
        let progress = ProgressReporter(style) { [written] text in written.text.withLock { $0 += text } }
        progress.report(.encoding)
        progress.report("Measuring")
        progress.report(
            .moved(Move(
                stage: .denoise, from: Placement(device: "GPU", precision: .f16), to: .reference, reason: "It failed.",
                cause: ErrorReason(.deviceFailed))))
        progress.report(.denoising(done: 0, total: 2))
        progress.note("Kept")
        progress.warn("odd")
        progress.finish()
        #expect(written.text.withLock { $0 }.split(separator: "\n").map(String.init) == expected)
    }

    private final class Written: Sendable {
        let text = Mutex("")
    }
}

@Suite("Tables")
struct TableTests {
    @Test("columns are as wide as their widest cell; lines have no blanks at their end")
    func columns() {
        var table = Table(header: ["DEVICE", "NAME", "PRECISIONS"])
        table.append(["CPU", "Intel Xeon", "FP32 BF16"])
        table.append(["GPU.0", "Arc", "FP16"])
        #expect(table.text == """
            DEVICE  NAME        PRECISIONS
            CPU     Intel Xeon  FP32 BF16
            GPU.0   Arc         FP16

            """)
    }
}
