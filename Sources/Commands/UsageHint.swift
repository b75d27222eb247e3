import ArgumentParser
import Files

/// What somebody may have meant who typed a command or a flag that there is not.
struct UsageHint {
    /// A question on a line of its own; nil when nothing is near.
    let text: String?

    /// - Parameter arguments: what was typed after the program's name, and could not be read.
    init(_ arguments: some Sequence<String>) {
        var command: any ParsableCommand.Type = EaselCommand.self
        var rest = Array(arguments)[...]
        // The subcommands that were meant, as far as they are there.
        while let name = rest.first, let next = command.subcommand(named: name) {
            command = next
            rest.removeFirst()
        }
        if let typed = rest.first, !typed.hasPrefix("-"), !command.subcommandNames.isEmpty {
            text = Self.nearest(command.subcommandNames, to: typed).map { name in
                "There is no command \"\(typed.onOneLine)\". Did you mean \"\(([command.path, name]).joined(separator: " "))\"?"
            }
            return
        }
        let flags = command.flagNames
        let unknown = rest.lazy.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
            .map { String($0.prefix { $0 != "=" }) }.first { !flags.contains($0) }
        text = unknown.flatMap { typed in
            Self.nearest(flags, to: typed).map { "There is no flag \(typed.onOneLine). Did you mean \($0)?" }
        }
    }

    /// The parser's message with the hint in the place of its first line, whose own guess knows letters only: `--crop` for `--cfg`.
    func added(to message: String) -> String {
        guard let text else { return message }
        return "Error: \(text)\n" + message.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n")
    }

    /// The name that begins as it was typed, or else the one that differs in the fewest letters.
    private static func nearest(_ names: [String], to typed: String) -> String? {
        let longer = names.filter { typed.count > 3 && $0.hasPrefix(typed) }
        return longer.count == 1 ? longer[0] : names.nearest(to: typed)
    }
}

extension ParsableCommand {
    fileprivate static func subcommand(named name: String) -> (any ParsableCommand.Type)? {
        configuration.subcommands.first { $0._commandName == name }
    }

    fileprivate static var subcommandNames: [String] { configuration.subcommands.map { $0._commandName } }

    /// As it is typed: `easel`, `easel models`.
    fileprivate static var path: String { self == EaselCommand.self ? "easel" : "easel \(_commandName)" }

    /// The long names in the command's help.
    fileprivate static var flagNames: [String] {
        helpMessage().matches(of: /--[a-z0-9-]+/).map { String($0.output) }.reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }
}
