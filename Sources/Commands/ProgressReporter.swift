import Generation
import Hosting
import Synchronization

/// Tells a person what goes on: a bar that redraws itself on a terminal, one plain line per event elsewhere.
final class ProgressReporter: Sendable {
    /// `quiet` tells of nothing but what may be wrong.
    enum Style { case bar, lines, quiet }

    private struct State {
        var denoisingBegan: ContinuousClock.Instant?
        var upscalingBegan: ContinuousClock.Instant?
        var lineIsOpen = false
    }

    private let style: Style
    private let clock = ContinuousClock()
    private let state = Mutex(State())

    private let write: @Sendable (String) -> Void

    init(_ style: Style, write: @escaping @Sendable (String) -> Void = { Terminal.write($0, to: .standardError) }) {
        self.style = style
        self.write = write
    }

    /// The style that fits the place where progress goes.
    static func style(quiet: Bool) -> Style {
        quiet ? .quiet : Terminal.Stream.standardError.isInteractive ? .bar : .lines
    }

    func report(_ event: GenerationEvent) {
        state.withLock { state in
            switch event {
            case .compiling(let compile):
                show(compile.description, &state)
            case .moved(let move):
                keep(move.description, &state)
            case .encoding:
                show("Encoding the prompt", &state)
            case .encodingPictures(let tile):
                show("Encoding the source picture" + Self.text(tile), &state)
            case .upscaling(let tile, let total):
                if tile == 0 { state.upscalingBegan = clock.now }
                let seconds = state.upscalingBegan.map { (clock.now - $0).seconds }
                show(Self.tileLine(tile, of: total, seconds: seconds, bar: style == .bar), &state)
            case .denoising(0, let total):
                state.denoisingBegan = clock.now
                show(Self.stepLine(done: 0, total: total, seconds: nil, bar: style == .bar), &state)
            case .denoising(let done, let total):
                let seconds = state.denoisingBegan.map { (clock.now - $0).seconds }
                show(Self.stepLine(done: done, total: total, seconds: seconds, bar: style == .bar), &state)
            case .preview:
                break  // A terminal cannot show it.
            case .decoding(let index, let total, let tile):
                show((total == 1 ? "Decoding" : "Decoding picture \(index + 1) of \(total)") + Self.text(tile), &state)
            }
        }
    }

    private static func text(_ tile: TileProgress?) -> String { tile.map { ", \($0)" } ?? "" }

    /// Tells of a measurement before it begins, and of its table.
    /// - Parameter errorBound: the setting that the choice was made with.
    func report(_ progress: OpeningProgress, errorBound: Double) {
        switch progress {
        case .measuring(let stage, let device):
            note("Measuring which precision suits the \(stage.label) on \(device); this is done once for a checkpoint.")
        case .measured(let table):
            note(String(table.text(errorBound: errorBound).dropLast()))
        }
    }

    /// Tells of something that is no part of a picture.
    func report(_ text: String) {
        state.withLock { show(text, &$0) }
    }

    /// Tells something that is worth keeping in view.
    func note(_ text: String) {
        guard style != .quiet else { return }
        state.withLock { keep(text, &$0) }
    }

    /// Tells what may be wrong, also when no progress is wanted.
    func warn(_ text: String) {
        state.withLock { keep("Warning: " + text, &$0) }
    }

    /// Removes the bar, so that what follows starts on a clean line.
    func finish() {
        state.withLock { state in
            if state.lineIsOpen { write("\r\u{1B}[K") }
            state.lineIsOpen = false
        }
    }

    /// Leaves a line that later progress does not overwrite.
    private func keep(_ text: String, _ state: inout State) {
        write((state.lineIsOpen ? "\r\u{1B}[K" : "") + text + "\n")
        state.lineIsOpen = false
    }

    private func show(_ text: String, _ state: inout State) {
        switch style {
        case .bar:
            write("\r\u{1B}[K" + text.prefix(Terminal.Stream.standardError.columns - 1))
            state.lineIsOpen = true
        case .lines:
            write(text + "\n")
        case .quiet:
            break
        }
    }

    /// `Step 12/20 ████████▌      1.42 s/it, 11 s left`; the first step has no speed yet.
    static func stepLine(done: Int, total: Int, seconds: Double?, bar: Bool) -> String {
        var parts = ["Step \(done)/\(total)"]
        if bar { parts.append(Self.bar(fraction: Double(done) / Double(total), width: 24)) }
        if done > 0, let seconds {
            let perCall = seconds / Double(done)
            parts.append("\(perCall.rounded(decimals: 2)) s/it, \(Self.duration(perCall * Double(total - done))) left")
        }
        return parts.joined(separator: "  ")
    }

    /// `Upscaling tile 3 of 9 █████      35 s left`; the first tile has no speed yet.
    static func tileLine(_ tile: Int, of total: Int, seconds: Double?, bar: Bool) -> String {
        var parts = ["Upscaling tile \(tile + 1) of \(total)"]
        if bar { parts.append(Self.bar(fraction: Double(tile) / Double(total), width: 24)) }
        if tile > 0, let seconds { parts.append("\(duration(seconds / Double(tile) * Double(total - tile))) left") }
        return parts.joined(separator: "  ")
    }

    static func bar(fraction: Double, width: Int) -> String {
        let filled = min(width, max(0, Int((fraction * Double(width)).rounded())))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }

    /// `45 s`, `3 min 20 s`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
    }
}

extension Double {
    /// The shortest decimal text with at most `decimals` places.
    func rounded(decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        return "\((self * scale).rounded() / scale)"
    }
}
