import Files
import Foundation
import Yams

/// ComfyUI's `extra_model_paths.yaml`: names other folders by kinds.
///
///     a1111:
///         base_path: ~/stable-diffusion-webui
///         checkpoints: models/Stable-diffusion
///         loras: |
///             models/Lora
///             models/LyCORIS
///
/// Kinds that Easel has no use for are passed over, as are those of extensions.
struct ExtraModelPaths {
    /// Larger files are not read.
    static let largestFile = 1 << 20

    /// A folder, whether or not it is there.
    struct Entry: Equatable {
        let kind: FileKind
        let path: String
        /// Comes before ComfyUI's own folders.
        let isFirst: Bool
    }

    /// In the file's order.
    private(set) var entries: [Entry] = []

    /// - Parameter expand: replaces a `~` at a path's beginning, and variables.
    /// - Throws: `ExtraModelPathsError`, which tells the line.
    init(path: String, expand: (String) -> String) throws(ExtraModelPathsError) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = TextFile.utf8(try OpenFile.contents(of: path, atMost: Self.largestFile))
        } catch {
            throw ExtraModelPathsError(path: path, line: nil, reason: error.reason)
        }
        func failure(_ node: Node, _ reason: String) -> ExtraModelPathsError {
            ExtraModelPathsError(path: path, line: node.mark?.line, reason: reason)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ExtraModelPathsError(path: path, line: nil, reason: "it is not UTF-8")
        }
        guard let root = try Self.node(text, path: path), !root.isNothing else { return }
        guard let sections = root.mapping else {
            throw failure(root, "it does not begin with a name and a colon, such as \"a1111:\"")
        }
        for (name, section) in sections where !section.isNothing {
            guard let members = section.mapping else {
                throw failure(
                    section, "\"\(name.scalar?.string ?? "")\" has no folders below it, such as \"checkpoints: models/checkpoints\"")
            }
            var base = path.deletingLastPathComponent
            if let own = section["base_path"], !own.isNothing {
                guard let text = own.scalar?.string else { throw failure(own, "base_path is not a path") }
                base = Self.joined(base, expand(text))
            }
            let isFirst = section["is_default"]?.bool ?? false
            for (key, value) in members {
                guard let kind = key.scalar.flatMap({ FileKind(folderName: $0.string) }), !value.isNothing else { continue }
                guard let folders = value.scalar?.string else {
                    throw failure(value, "\"\(key.scalar?.string ?? "")\" is not a path, nor several below each other after \"|\"")
                }
                for line in TextLines(Array(folders.utf8)) {
                    let folder = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
                    if !folder.isEmpty { entries.append(Entry(kind: kind, path: Self.joined(base, expand(folder)), isFirst: isFirst)) }
                }
            }
        }
    }

    /// A path below a folder, or the path itself where it is absolute.
    static func joined(_ folder: String, _ path: String) -> String {
        var path = path.hasPrefix("/") ? path : folder + "/" + path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func node(_ text: String, path: String) throws(ExtraModelPathsError) -> Node? {
        do {
            return try compose(yaml: text, .default, .default, .utf8)
        } catch {
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
                throw ExtraModelPathsError(path: path, line: mark.line, reason: problem)
            case .duplicatedKeysInMapping(let names, let context):
                let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
                throw ExtraModelPathsError(path: path, line: context.mark.line, reason: "\(list) stands there twice")
            case .reader(let problem, _, _, _): throw ExtraModelPathsError(path: path, line: nil, reason: problem)
            default: throw ExtraModelPathsError(path: path, line: nil, reason: "it is no YAML")
            }
        }
    }
}

/// Why ComfyUI's `extra_model_paths.yaml` names no folders.
struct ExtraModelPathsError: Error, Equatable, CustomStringConvertible {
    let path: String
    /// From 1; nil for the whole file.
    let line: Int?
    /// Ends without a full stop.
    let reason: String

    var description: String { "\(path)\(line.map { ", line \($0)," } ?? "") cannot be used: \(reason). Its folders are left out." }
}

extension Node {
    /// Whether nothing stands behind the colon.
    fileprivate var isNothing: Bool { scalar.map { ["", "~", "null"].contains($0.string) && $0.style != .doubleQuoted } ?? false }
}
