import Foundation
import Settings
import TestSupport
import Testing

@testable import Hosting

@Suite("Folders in the flags of A1111 and Forge")
struct WebUIFlagsTests {
    private let folder: TemporaryFolder
    private let user: UserFolders

    init() throws {
        folder = try TemporaryFolder()
        user = UserFolders(environment: ["HOME": "/home/ada", "DISK": "/disk"])
    }

    private func read(_ text: String, as file: String = "webui-user.sh") throws -> [String] {
        try folder.write(text, to: file)
        return WebUIFlags(in: folder.path, user: user).folders.map { named in
            "\(named.flag) \(named.path.hasPrefix(folder.path + "/") ? String(named.path.dropFirst(folder.path.count + 1)) : named.path)"
        }
    }

    @Test("flags in webui-user.sh are read, with quotation marks, variables, several lines and comments", arguments: [
        ("", []), ("#export COMMANDLINE_ARGS=\"--ckpt-dir /a\"\n", []), ("export COMMANDLINE_ARGS=\"\"\n", []),
        ("export COMMANDLINE_ARGS=\"--xformers --ckpt-dir /a --medvram\"\n", ["--ckpt-dir /a"]),
        ("COMMANDLINE_ARGS='--lora-dir=/b/ --vae-dir sub/vae'\n", ["--lora-dir /b", "--vae-dir sub/vae"]),
        ("export COMMANDLINE_ARGS=\"--ckpt-dir '/my models' --embeddings-dir \\\"/e f\\\"\"\n",
            ["--ckpt-dir /my models", "--embeddings-dir /e f"]),
        ("export COMMANDLINE_ARGS=\"--ckpt-dir $DISK/a --lora-dir ${DISK}/b --vae-dir ~/c --esrgan-models-path $NOPE/d\"\n",
            ["--ckpt-dir /disk/a", "--lora-dir /disk/b", "--vae-dir /home/ada/c", "--esrgan-models-path $NOPE/d"]),
        ("base=/data\nexport COMMANDLINE_ARGS=\"--ckpt-dir $base/sd\"\n", ["--ckpt-dir /data/sd"]),
        ("export COMMANDLINE_ARGS=\"--ckpt-dir /a \\\n --lora-dir /b\"\r\n", ["--ckpt-dir /a", "--lora-dir /b"]),
        ("export COMMANDLINE_ARGS=\"--ckpt-dir /a\"\nexport COMMANDLINE_ARGS=\"$COMMANDLINE_ARGS --lora-dir /b\" # more\n",
            ["--ckpt-dir /a", "--lora-dir /b"]),
        ("export COMMANDLINE_ARGS=\"--ckpt-dirs /a /b --port 7861\"\n", ["--ckpt-dirs /a", "--ckpt-dirs /b"]),
        ("export COMMANDLINE_ARGS=\"--data-dir /d --models-dir /m\"", ["--data-dir /d", "--models-dir /m"]),
        ("export COMMANDLINE_ARGS=\"--ckpt-dir", []), ("export COMMANDLINE_ARGS=$(rm -rf /)\n", []),
    ] as [(String, [String])])
    func shell(text: String, named: [String]) throws {
        #expect(try read(text) == named)
    }

    @Test("flags in webui-user.bat are read, with variables and backslashes", arguments: [
        ("@echo off\r\nset PYTHON=\r\nset COMMANDLINE_ARGS=--ckpt-dir models\\big --lora-dir \"my loras\"\r\ncall webui.bat\r\n",
            ["--ckpt-dir models/big", "--lora-dir my loras"]),
        ("@REM set COMMANDLINE_ARGS=--ckpt-dir /a\n", []), ("set A=/a\nset COMMANDLINE_ARGS=--ckpt-dir %A%/b\n", ["--ckpt-dir /a/b"]),
        ("set COMMANDLINE_ARGS=\n", []),
    ] as [(String, [String])])
    func batch(text: String, named: [String]) throws {
        #expect(try read(text, as: "webui-user.bat") == named)
    }

    @Test("the folders come before A1111's own; one that is not there is told of")
    func program() throws {
        for file in ["sd/models/Stable-diffusion/x", "more/ckpt/a", "data/models/Lora/b", "data/embeddings/c"] {
            try folder.write("", to: file)
        }
        try folder.write(
            "export COMMANDLINE_ARGS=\"--ckpt-dir ../more/ckpt --vae-dir /nowhere/vae --data-dir \(folder.path)/data\"\n",
            to: "sd/webui-user.sh")
        let found = try #require(ProgramFolder(folder.path + "/sd", user: user))
        let short = { (kind: FileKind) in found.folders(of: kind).map { $0.replacing(folder.path + "/", with: "") } }
        #expect(short(.checkpoints) == ["sd/../more/ckpt", "sd/models/Stable-diffusion"])
        #expect(short(.loras) == ["data/models/Lora"] && short(.embeddings) == ["data/embeddings"])
        #expect(found.problems == ["--vae-dir in webui-user.sh names \"/nowhere/vae\", which is not there."])
    }

    @Test("a variable that is not set stays as it is written")
    func variables() {
        #expect(user.expanded("$DISK/${DISK}x/$NOPE/${/~") == "/disk//diskx/$NOPE/${/~")
        #expect(user.expanded("~/$a", ["a": "b"]) == "/home/ada/b")
    }
}
