import Checkpoints

/// The output of `easel models loras`.
struct LoRAListReport {
    private let folders: [String]
    private let loras: [LoRA]

    private struct LoRA: Encodable {
        let name, path: String
        let alias, family: String?
        let triggerWords: [String]

        private enum CodingKeys: String, CodingKey {
            case name, path, alias, family
            case triggerWords = "trigger_words"
        }
    }

    /// Reads the header of each file. One that cannot be read is listed by its name.
    init(_ library: LoRALibrary) {
        folders = library.folders
        loras = library.entries.map { entry in
            let metadata = library.metadata(of: entry)
            return LoRA(
                name: entry.longName, path: entry.path, alias: metadata.outputName, family: metadata.family,
                triggerWords: metadata.words(with: LoRANotes(beside: entry.path)))
        }
    }

    /// The folders that are looked through, then what is there.
    var text: String {
        var table = Table(header: ["LORA", "FOR", "TRIGGER WORDS", "PATH"])
        for lora in loras {
            table.append([lora.name, lora.family ?? "", lora.triggerWords.prefix(4).joined(separator: ", ").onOneLine, lora.path])
        }
        return "LoRAs are looked for in these folders, and in the folders below them:\n" + folders.map { "  \($0)\n" }.joined() + "\n"
            + (loras.isEmpty ? "There are no LoRAs yet. Put a .safetensors file into one of them.\n" : table.text)
    }

    /// One line, keys in alphabetical order.
    var json: String { jsonLine(Document(folders: folders, loras: loras)) }

    private struct Document: Encodable {
        let folders: [String]
        let loras: [LoRA]
    }
}
