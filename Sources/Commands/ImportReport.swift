import Hosting

/// The output of `easel import`.
struct ImportReport {
    private let plan: ImportPlan
    private let from: String
    private let file: String
    private let isWritten: Bool

    /// - Parameters:
    ///   - from: the other program's folder as it was typed.
    ///   - file: the settings file.
    ///   - isWritten: whether the changes stand in it now.
    init(_ plan: ImportPlan, from: String, file: String, isWritten: Bool) {
        (self.plan, self.from, self.file, self.isWritten) = (plan, from, file, isWritten)
    }

    /// - Parameter columns: of the terminal.
    func text(columns: Int) -> String {
        var parts = ["\(plan.folder.program?.rawValue ?? "Models") in \(plan.folder.path)\n", collections]
        if !plan.changes.isEmpty {
            var table = Table(header: ["SETTING", "NOW", "THEN", "FROM"])
            for change in plan.changes {
                table.append([change.key, change.before.isEmpty ? "-" : change.before, change.value, change.source])
            }
            parts.append("\(isWritten ? "Written" : "To be written") to \(file):\n\n" + table.text)
        }
        let told = plan.leftovers.filter { $0.reason != nil }
        if !told.isEmpty {
            parts.append("Not taken over:\n\n" + told.map { "\($0.name) = \($0.value)\n  \($0.reason ?? "")\n" }.joined())
        }
        let others = plan.leftovers.filter { $0.reason == nil }.map(\.name)
        if !others.isEmpty {
            parts.append("Without a counterpart here:\n\n" + Self.lines(of: others, columns: columns))
        }
        parts.append(outcome)
        return parts.joined(separator: "\n")
    }

    private var collections: String {
        guard !plan.collections.isEmpty else { return "There is no file in it that can be used.\n" }
        var table = Table(header: ["FILES", "COUNT", "FOLDERS"])
        for collection in plan.collections {
            let folders = collection.folders.map { folder in
                folder.hasPrefix(plan.folder.path + "/") ? String(folder.dropFirst(plan.folder.path.count + 1)) : folder
            }
            let label = collection.kind.label + (collection.kind.isUsed ? "" : " (no use yet)")
            table.append([label, "\(collection.count)", folders.joined(separator: ", ")])
        }
        return table.text
    }

    private var outcome: String {
        if plan.changes.isEmpty { return "All of this is set already in \(file). Nothing was changed.\n" }
        let models = "`easel models` lists what can be used now."
        if isWritten { return "Nothing was moved or copied. \(models)\n" }
        let path = from.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-~".contains($0)) } ? from : "\"\(from)\""
        return "Nothing was changed. To write the settings: easel import --from \(path) --yes\n"
    }

    /// Names separated by commas, in lines of at most so many columns where they fit.
    private static func lines(of names: [String], columns: Int) -> String {
        var lines = [""]
        for (index, name) in names.enumerated() {
            let word = name + (index + 1 < names.count ? "," : "")
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = word
            } else if line.count + 1 + word.count <= columns {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(word)
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// One line, keys in alphabetical order.
    var json: String {
        jsonLine(Document(
            program: plan.folder.program?.rawValue, folder: plan.folder.path, settingsFile: file, written: isWritten,
            found: plan.collections.map { .init(kind: $0.kind.rawValue, count: $0.count, folders: $0.folders) },
            changes: plan.changes.map { .init(key: $0.key, before: $0.before, value: $0.value, source: $0.source) },
            leftovers: plan.leftovers.map { .init(name: $0.name, value: $0.value, reason: $0.reason) }, notes: plan.notes))
    }

    private struct Document: Encodable {
        let program: String?
        let folder, settingsFile: String
        let written: Bool
        let found: [Collection]
        let changes: [Change]
        let leftovers: [Leftover]
        let notes: [String]

        private enum CodingKeys: String, CodingKey {
            case program, folder, settingsFile = "settings_file", written, found, changes, leftovers, notes
        }
    }

    private struct Collection: Encodable {
        let kind: String
        let count: Int
        let folders: [String]
    }

    private struct Change: Encodable { let key, before, value, source: String }

    private struct Leftover: Encodable {
        let name, value: String
        let reason: String?
    }
}
