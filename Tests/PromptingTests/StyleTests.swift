import Generation
import TestSupport
import Testing

@testable import Prompting

@Suite("Styles")
struct StyleTests {
    @Test("a style is added after the prompt, or around it", arguments: [
        ("a cat", "oil painting", "a cat, oil painting"),
        (" a cat ", " oil painting ", "a cat, oil painting"),
        ("a cat", "photo of {prompt}, 35mm", "photo of a cat, 35mm"),
        ("a cat", "{prompt} and {prompt}", "a cat and a cat"),
        ("", "oil painting", "oil painting"), ("a cat", "", "a cat"), ("a cat", "  ", "a cat"), ("", "", ""),
        ("a {prompt}", "see {prompt}", "see a {prompt}"),
    ])
    func joining(prompt: String, style: String, expected: String) {
        #expect(Style(name: "s", prompt: style).applied(toPrompt: prompt) == expected)
        #expect(Style(name: "s", negativePrompt: style).applied(toNegativePrompt: prompt) == expected)
    }

    @Test("rows are read as Python's csv module reads them", arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("\u{FEFF}a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
        ("\"x, y\",\"say \"\"hi\"\"\"\n", [["x, y", "say \"hi\""]]),
        ("\"two\nlines\",z\r\"three\r\nlines\",z", [["two\nlines", "z"], ["three\r\nlines", "z"]]),
        ("a, \"b, c\", d \n", [["a", "b, c", "d "]]),
        ("5\" tall,\"a\"b\n", [["5\" tall", "ab"]]),
        ("a\n\n\nb\n", [["a"], ["b"]]),
        (",\n", [["", ""]]), ("", []), ("\"open, to the end\n", [["open, to the end\n"]]),
    ] as [(String, [[String]])])
    func csv(text: String, expected: [[String]]) {
        #expect(CSVReader.rows(of: Array(text.utf8)) == expected)
    }

    @Test("A1111's styles.csv is read with its quirks")
    func stylesCSV() throws {
        var library = StyleLibrary()
        library.add(
            csv: Array(
                "\u{FEFF}name,prompt,negative_prompt\r\nInk,\"ink, {prompt}\",\"photo,\r\ncolor\"\r\n".utf8)
                + Array("---- mine ----,,\r\nPlain,plain\r\n,x,y\r\nInk,ink 2,\r\n".utf8))
        #expect(library.styles.map(\.name) == ["Ink", "Plain"])
        #expect(try library.style(named: "Ink") == Style(name: "Ink", prompt: "ink 2"))
        library = StyleLibrary()
        library.add(csv: Array("name,text\nOld,from long ago\n".utf8))
        #expect(library.styles == [Style(name: "Old", prompt: "from long ago")])
        library = StyleLibrary()
        library.add(csv: Array("No header,ink,photo\n".utf8))
        #expect(library.styles == [Style(name: "No header", prompt: "ink", negativePrompt: "photo")])
    }

    @Test("SD.Next's JSON is read from a file and from a folder of them")
    func json() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            #"{"name": "Ink", "prompt": "ink, {prompt}", "negative": "photo", "extra": "steps: 8", "preview": null}"#, to: "styles/one.json"
        )
        try folder.write(#"[{"name": "Oil", "prompt": "oil"}, {"name": "Pen", "negative": null}]"#, to: "styles/art/two.json")
        try folder.write("name,prompt,negative_prompt\nTable,table,\n", to: "styles/three.csv")
        try folder.write("{", to: "styles/broken.json")
        try folder.write(#"{"prompt": 1}"#, to: "styles/wrong.json")
        let library = try StyleLibrary(path: folder.path + "/styles")
        #expect(library.styles.map(\.name) == ["art/Oil", "art/Pen", "Ink", "Table"])
        #expect(library.warnings.map(\.name) == [.unreadableStyles, .unreadableStyles])
        #expect(library.warnings.map { $0.values["file"] } == ["broken.json", "wrong.json"].map { .text(folder.path + "/styles/" + $0) })
        #expect(try library.style(named: "Oil").prompt == "oil")
        let result = try library.apply(["Ink", "art/Oil"], prompt: "a cat", negativePrompt: "dog")
        #expect(result.prompt == "ink, a cat, oil")
        #expect(result.negativePrompt == "dog, photo")
        #expect(result.warnings == [
            Notice(.styleFieldsUnused, ["name": "Ink", "names": .list(["extra"])], "Style \"Ink\": extra has no effect.")
        ])
        #expect(try StyleLibrary(path: folder.path + "/styles/one.json").styles.count == 1)
    }

    @Test("an unknown style is answered with the nearest name", arguments: [
        ("ink", "There is no style \"ink\". Did you mean \"Ink\"?"),
        ("Watercolour", "There is no style \"Watercolour\". Did you mean \"Watercolor\"?"),
        ("zzz", "There is no style \"zzz\" among the 2 that were loaded. Names are written as in the styles file."),
    ])
    func unknown(name: String, message: String) {
        var library = StyleLibrary()
        library.add(Style(name: "Ink"))
        library.add(Style(name: "Watercolor"))
        #expect { try library.apply(["Ink", name], prompt: "", negativePrompt: "") } throws: { "\($0)" == message }
    }

    @Test("styles that double the prompt do not fill the memory")
    func doubling() throws {
        var library = StyleLibrary()
        library.add(Style(name: "twice", prompt: "{prompt} {prompt}"))
        let result = try library.apply(.init(repeating: "twice", count: 100), prompt: "a cat", negativePrompt: "")
        #expect(result.prompt.utf8.count < 4 << 20)
        #expect(result.warnings.first == Notice(
            .styleLeftOut, ["name": "twice", "max": 1_048_576],
            "Style \"twice\" was left out: the prompt has grown to more than 1048576 bytes."))
    }

    @Test("what cannot be read is named")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        #expect { try StyleLibrary(path: "/nowhere/styles.csv") } throws: {
            "\($0)" == "Styles cannot be read from \"/nowhere/styles.csv\": there is no such file or folder."
        }
        let path = try folder.write("[1]", to: "wrong.json")
        #expect { try StyleLibrary(path: path) } throws: { "\($0)".hasSuffix("wrong.json\": style 1 is not as SD.Next writes styles.") }
    }

    @Test("a style is put into a file without a loss of what is there", arguments: [
        ("", "\u{FEFF}name,prompt,negative_prompt\r\nInk,\"ink, {prompt}\",\"a \"\"b\"\"\"\r\n"),
        ("name,prompt,negative_prompt\nOil,oil,\n---- x ----,,\n",
            "\u{FEFF}name,prompt,negative_prompt\r\nOil,oil,\r\n---- x ----,,\r\nInk,\"ink, {prompt}\",\"a \"\"b\"\"\"\r\n"),
        // Of rows with one name the last counts.
        ("\u{FEFF}name,prompt,negative_prompt\r\nInk,1,\r\nInk,2,3\r\nOil,oil,\r\n",
            "\u{FEFF}name,prompt,negative_prompt\r\nInk,1,\r\nInk,\"ink, {prompt}\",\"a \"\"b\"\"\"\r\nOil,oil,\r\n"),
        // Other columns stay, and so do old names of columns.
        ("name,text,more\nOil,oil,x\n", "\u{FEFF}name,text,more,negative_prompt\r\nOil,oil,x\r\nInk,\"ink, {prompt}\",,\"a \"\"b\"\"\"\r\n"),
        ("Oil,oil\n\"open", "\u{FEFF}name,prompt,negative_prompt\r\nOil,oil\r\nopen\r\nInk,\"ink, {prompt}\",\"a \"\"b\"\"\"\r\n"),
    ])
    func sheet(before: String, after: String) {
        var sheet = StyleSheet(Array(before.utf8))
        let style = Style(name: "Ink", prompt: "ink, {prompt}", negativePrompt: "a \"b\"")
        sheet.put(style)
        #expect(String(decoding: sheet.bytes, as: UTF8.self) == after)
        var library = StyleLibrary()
        library.add(csv: sheet.bytes)
        #expect(library.styles.first { $0.name == "Ink" } == style)
    }
}
