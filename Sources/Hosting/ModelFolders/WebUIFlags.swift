import Files

/// The folders that the flags of A1111 and Forge name, in `webui-user.sh` and `webui-user.bat`.
///
///     export COMMANDLINE_ARGS="--ckpt-dir /data/checkpoints --lora-dir '$HOME/my loras'"
///     set COMMANDLINE_ARGS=--ckpt-dir "D:\checkpoints"
///
/// Nothing is run: lines that assign a text to a name are read, and all others are passed over.
struct WebUIFlags {
    /// Larger files are not read.
    private static let largestFile = 1 << 20

    /// The meaning of a folder.
    enum Place: Equatable {
        case kind(FileKind)
        /// Has folders for each kind, as `models` does.
        case models
        /// Takes the place of the program's own folder.
        case data
    }

    /// A folder that a flag names, or a styles file.
    struct Named: Equatable {
        let flag: String
        let place: Place
        /// Absolute.
        let path: String
        /// The file that names it.
        let file: String
    }

    /// In the order of the flags.
    private(set) var folders: [Named] = []

    /// - Parameter program: the folder of A1111 or Forge.
    init(in program: String, user: UserFolders) {
        for name in ["webui-user.sh", "webui-user.bat"] {
            let file = program + "/" + name
            guard let bytes = try? OpenFile.contents(of: file, atMost: Self.largestFile) else { continue }
            let text = String(decoding: TextFile.utf8(bytes), as: UTF8.self)
            let isBatch = name.hasSuffix(".bat")
            let arguments = isBatch ? Self.batchArguments(text, user) : Self.shellArguments(text, user)
            for (flag, value) in Self.flags(arguments) {
                guard let place = Self.places[flag] else { continue }
                let path = isBatch && !value.contains("/") ? value.replacing("\\", with: "/") : value
                folders.append(Named(flag: flag, place: place, path: ExtraModelPaths.joined(program, path), file: name))
            }
        }
    }

    /// Source: A1111 1.10, `modules/cmd_args.py` and `modules/paths_internal.py`; Forge, `backend/args.py` and the same files.
    private static let places: [String: Place] = [
        "--ckpt-dir": .kind(.checkpoints), "--ckpt-dirs": .kind(.checkpoints), "--lora-dir": .kind(.loras), "--lora-dirs": .kind(.loras),
        "--lyco-dir": .kind(.loras), "--vae-dir": .kind(.vaes), "--vae-dirs": .kind(.vaes), "--embeddings-dir": .kind(.embeddings),
        "--esrgan-models-path": .kind(.upscalers), "--realesrgan-models-path": .kind(.upscalers),
        "--bsrgan-models-path": .kind(.upscalers), "--styles-file": .kind(.styles), "--controlnet-dir": .kind(.controlNets),
        "--models-dir": .models, "--data-dir": .data, "--forge-ref-a1111-home": .data,
    ]

    /// Flags with their values, in order: `--flag value` and `--flag=value`. Several values may follow one flag.
    private static func flags(_ words: [String]) -> [(flag: String, value: String)] {
        var flags: [(String, String)] = []
        var current: String?
        for word in words {
            if word.hasPrefix("--") {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                current = parts.count == 1 ? word : nil
                if parts.count == 2, !parts[1].isEmpty { flags.append((parts[0], parts[1])) }
            } else if let current, !word.isEmpty {
                flags.append((current, word))
            }
        }
        return flags
    }

    /// The words of `COMMANDLINE_ARGS` in a shell's script. The last line that sets it counts.
    private static func shellArguments(_ text: String, _ user: UserFolders) -> [String] {
        var variables: [String: String] = [:]
        for line in text.replacing("\\\r\n", with: " ").replacing("\\\n", with: " ").split(whereSeparator: \.isNewline) {
            guard let match = line.wholeMatch(of: /\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)/) else { continue }
            // Words of a value that is not in quotation marks would be commands.
            let value = words(String(match.2), isShell: true) { user.expanded($0, variables) }.first
            variables[String(match.1)] = value ?? ""
        }
        return words(variables["COMMANDLINE_ARGS"] ?? "", isShell: true) { user.expanded($0, variables) }
    }

    /// The words of `COMMANDLINE_ARGS` in a batch file.
    private static func batchArguments(_ text: String, _ user: UserFolders) -> [String] {
        var variables: [String: String] = [:]
        func expanded(_ text: String) -> String {
            user.path(text.replacing(/%([A-Za-z_][A-Za-z0-9_]*)%/) { variables[$0.1.uppercased()] ?? String($0.0) })
        }
        for line in text.split(whereSeparator: \.isNewline) {
            guard let match = line.wholeMatch(of: /(?i)\s*@?\s*set\s+"?([A-Z_][A-Z0-9_]*)\s*=(.*)/) else { continue }
            variables[match.1.uppercased()] = expanded(String(match.2))
        }
        return words(variables["COMMANDLINE_ARGS"] ?? "", isShell: false, expanded)
    }

    /// Splits a text at white space outside of quotation marks, which are taken off.
    /// - Parameters:
    ///   - isShell: single quotation marks and backslashes count, and `#` begins a comment.
    ///   - expand: called for what a shell would expand: not for what is in single quotation marks.
    private static func words(_ text: String, isShell: Bool, _ expand: (String) -> String) -> [String] {
        var words: [String] = []
        var word: String?
        var part = ""
        var quote: Character?
        func close(isLiteral: Bool = false) {
            if !part.isEmpty { word = (word ?? "") + (isLiteral ? part : expand(part)) }
            part = ""
        }
        var rest = text[...]
        while let sign = rest.popFirst() {
            if sign == quote {
                close(isLiteral: sign == "'")
                quote = nil
            } else if quote == nil, sign == "\"" || isShell && sign == "'" {
                close()
                word = word ?? ""
                quote = sign
            } else if isShell, quote != "'", sign == "\\", let next = rest.first {
                part.append(next)
                rest.removeFirst()
            } else if quote == nil, sign.isWhitespace {
                close()
                if let word { words.append(word) }
                word = nil
            } else if isShell, quote == nil, word == nil, part.isEmpty, sign == "#" {
                break
            } else {
                part.append(sign)
            }
        }
        close(isLiteral: quote == "'")
        if let word { words.append(word) }
        return words
    }
}
