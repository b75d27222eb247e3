/// The form to log in: `login.html`, filled in.
struct LoginPage {
    /// A language that the page knows.
    enum Language: String, CaseIterable {
        case english = "en"
        case chinese = "zh"

        /// - Parameters:
        ///   - wanted: as the page's own links name it.
        ///   - accepted: the entries of `Accept-Language`, the favourite first.
        init(wanted: String?, accepted: [String]) {
            let known = accepted.lazy.compactMap { Language(rawValue: String($0.lowercased().prefix(2))) }
            self = wanted.flatMap { Language(rawValue: $0) } ?? known.first ?? .english
        }

        /// As HTML has it.
        var tag: String { self == .chinese ? "zh-Hans" : "en" }
        fileprivate var other: Language { self == .chinese ? .english : .chinese }
        fileprivate var name: String { self == .chinese ? "简体中文" : "English" }
    }

    /// Why somebody was not let in.
    enum Problem { case wrong, tooMany }

    let language: Language
    let address: LoginAddress
    /// The name that was typed before.
    let name: String
    let takesPasswords: Bool
    let takesKeys: Bool
    var problem: Problem?

    /// The whole document.
    var html: String {
        // The file is inside the program.
        let template = PageFile.all["login.html"].map { String(decoding: $0.content, as: UTF8.self) } ?? ""
        let values = values
        return template.replacing(/\{(\w+)\}/) { values[String($0.1)] ?? "" }
    }

    private var values: [String: String] {
        let words = Words(language)
        func attribute(_ text: String, if isThere: Bool) -> String { isThere ? " " + text : "" }
        let problemText: String? = switch problem {
        case .wrong: takesPasswords ? words.wrong : words.wrongKey
        case .tooMany: words.tooMany
        case nil: nil
        }
        return [
            "tag": language.tag, "language": language.rawValue, "title": words.title,
            "problem": problemText ?? "", "noProblem": attribute("hidden", if: problem == nil),
            "next": Self.escaped(address.next), "encodedNext": FormFields.encoded(address.next),
            "nameLabel": words.name, "name": Self.escaped(name), "noName": attribute("hidden", if: !takesPasswords),
            "nameFocus": attribute("autofocus", if: takesPasswords && name.isEmpty),
            "passwordLabel": takesPasswords ? words.password : words.key,
            "passwordFocus": attribute("autofocus", if: !takesPasswords || !name.isEmpty),
            "invalid": attribute("aria-invalid=\"true\" aria-describedby=\"problem\"", if: problem == .wrong),
            "keyToo": words.keyToo, "noKey": attribute("hidden", if: !takesPasswords || !takesKeys),
            "other": language.other.rawValue, "otherTag": language.other.tag, "otherName": language.other.name,
        ]
    }

    private struct Words {
        let title, name, password, key, keyToo, wrong, wrongKey, tooMany: String

        init(_ language: Language) {
            switch language {
            case .english:
                (title, name, password, key) = ("Log in", "User name", "Password", "Key")
                keyToo = "A key can be typed instead of a password."
                (wrong, wrongKey) = ("The user name or the password is wrong.", "This key is not known here.")
                tooMany = "Too many attempts. Wait a few seconds, then try again."
            case .chinese:
                (title, name, password, key) = ("登录", "用户名", "密码", "密钥")
                keyToo = "密码栏也可以填写 API 密钥。"
                (wrong, wrongKey) = ("用户名或密码不正确。", "密钥不正确。")
                tooMany = "尝试次数过多，请稍候再试。"
            }
        }
    }

    /// For an attribute in double quotes, and for text.
    private static func escaped(_ text: String) -> String {
        String(text.prefix(2000)).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
