import FoundationEssentials

/// Fonts of the system for characters that the bundled one lacks.
enum SystemFonts {
    /// Names of files that have Chinese and Japanese characters, the best first.
    private static let names = [
        "NotoSansCJKsc-Regular", "NotoSansCJK-Regular", "NotoSansCJKsc-", "NotoSansCJK-", "NotoSansSC-Regular", "NotoSansSC",
        "SourceHanSansSC-Regular", "SourceHanSansCN-Regular", "SourceHanSans-Regular", "wqy-microhei", "wqy-zenhei",
        "DroidSansFallbackFull", "DroidSansFallback", "uming", "ukai", "NotoSerifCJK-Regular",
    ]
    private static let endings = ["ttf", "otf", "ttc"]
    /// A folder of fonts has thousands of files at most.
    private static let mostFiles = 20_000

    static let folders = ["/usr/share/fonts", "/usr/local/share/fonts"]

    /// The path of the best font with Chinese characters; nil when there is none.
    static func chinese(in folders: [String] = folders) -> String? {
        var best: (rank: Int, path: String)?
        var left = mostFiles
        var waiting = folders.map { (path: $0, depth: 0) }
        while let (folder, depth) = waiting.popLast() {
            let entries = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
            for name in entries {
                left -= 1
                guard left > 0 else { return best?.path }
                let path = folder + "/" + name
                guard let dot = name.lastIndex(of: "."), endings.contains(name[dot...].dropFirst().lowercased()) else {
                    var isFolder = false
                    if depth < 5, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder {
                        waiting.append((path, depth + 1))
                    }
                    continue
                }
                guard let rank = names.firstIndex(where: name.hasPrefix), rank < best?.rank ?? .max else { continue }
                best = (rank, path)
            }
        }
        return best?.path
    }
}
