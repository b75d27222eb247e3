import Prompting
import Testing

@Suite("LoRA tags")
struct LoRATagTests {
    private func tag(_ prompt: String) throws -> LoRATag { try #require(Prompt(prompt).tags.first.flatMap { LoRATag($0) }) }

    @Test("a tag's numbers are the text encoder's and the UNet's strength", arguments: [
        ("<lora:x>", 1, 1), ("<lora:x:0.8>", 0.8, 0.8), ("<lora:x:0.8:0.5>", 0.8, 0.5), ("<lora:x:-1>", -1, -1),
        ("<lyco:x: .5 >", 0.5, 0.5), ("<lora:x:te=0.2:unet=0.4>", 0.2, 0.4), ("<lora:x:te=0.2>", 0.2, 0.2),
        ("<lora:x:0.8:unet=0.4>", 0.8, 0.4), ("<lora:x:unet=0.4:0.8>", 0.8, 0.4), ("<lora:x:much>", 1, 1), ("<lora:x:inf>", 1, 1),
        ("<lora:x:>", 1, 1),
    ])
    func strengths(prompt: String, textEncoder: Double, unet: Double) throws {
        let tag = try tag(prompt)
        #expect(tag.name == "x" && tag.typed == prompt)
        #expect(tag.textEncoder == StrengthSchedule(textEncoder))
        #expect(tag.unet == StrengthSchedule(unet))
    }

    @Test("further arguments have names, and those that cannot be read are told", arguments: [
        ("<lora:x:1:1:8>", 8, []), ("<lora:x:dyn=4>", 4, []), ("<lora:x:1:1:0>", nil, ["0"]), ("<lora:x:1:1:2.5>", nil, ["2.5"]),
        ("<lora:x:much>", nil, ["much"]), ("<lora:x:1:2:3:4>", 3, ["4"]), ("<lora:x:weight=1>", nil, ["weight=1"]),
        ("<lora:x:te=a:in=b>", nil, ["a", "b"]),
    ] as [(String, Int?, [String])])
    func arguments(prompt: String, rankLimit: Int?, unread: [String]) throws {
        let tag = try tag(prompt)
        #expect(tag.rankLimit == rankLimit)
        #expect(tag.unreadArguments == unread)
    }

    @Test("block weights are factors of the blocks that the extension gives them to", arguments: [
        // BASE, IN05, OUT02, OUT03, OUT08, M00, IN01, IN03 and the end.
        ("1,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1,1.1,1.2,1.3,1.4,1.5,1.6", [1, 0.4, 0, 0.8, 1.3, 0.7, 0.1, 0, 1]),
        ("2,1,1.5,1,1,8,7,6,5,4,3,1", [2, 1.5, 5, 4, 0, 8, 0, 0, 1]), ("ALL", [1, 1, 1, 1, 1, 1, 1, 1, 1]),
        ("none", [0, 0, 0, 0, 0, 0, 0, 0, 0]), ("OUTD", [1, 0, 0, 1, 0, 0, 0, 0, 1]), ("MID", [0, 0, 0, 0, 0, 1, 0, 0, 1]),
        ("IND", [1, 1, 0, 0, 0, 0, 0, 0, 1]), ("ALL0.5", [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1]),
        ("0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19", [0, 6, 13, 14, 19, 10, 2, 4, 1]),
        ("0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25", [0, 6, 16, 17, 22, 13, 2, 4, 1]),
    ])
    func blocks(text: String, expected: [Double]) throws {
        let layers = [
            "down_blocks.1.attentions.1.proj_in", "up_blocks.0.upsamplers.0.conv", "up_blocks.1.resnets.0.conv1",
            "up_blocks.2.attentions.2.transformer_blocks.0.attn1.to_q", "mid_block.attentions.0.proj_in", "down_blocks.0.resnets.0.conv1",
            "down_blocks.0.downsamplers.0.conv", "time_embedding.linear_1",
        ]
        for prompt in ["<lora:x:0.8:lbw=\(text)>", "<lora:x:0.8:\(text)>", "<lora:x:0.8:0.8:\(text)>"] {
            let tag = try tag(prompt)
            #expect(tag.unreadArguments.isEmpty && tag.unet == StrengthSchedule(0.8))
            let blocks = try #require(tag.blocks)
            #expect([blocks.base] + layers.map { blocks.factor(of: $0) } == expected)
        }
    }

    @Test("lists that are of no family are told", arguments: ["1,0", "1,,1", "SOME", "1,R,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", ""])
    func unreadBlocks(text: String) throws {
        let tag = try tag("<lora:x:1:lbw=\(text)>")
        #expect(tag.blocks == nil && tag.unreadArguments == ["lbw=\(text)"])
    }

    @Test("a list suits the families that have so many blocks")
    func families() throws {
        func fits(_ count: Int) throws -> [Bool] {
            let blocks = try #require(BlockWeights([String](repeating: "1", count: count).joined(separator: ",")))
            return [3, 4].map { blocks.fits(levelCount: $0) }
        }
        #expect(try [12, 17, 20, 26].map(fits) == [[true, false], [false, true], [true, false], [false, true]])
        #expect(BlockWeights("ALL")?.fits(levelCount: 3) == true)
    }

    @Test("steps are counted from 1, and the one that a LoRA stops at is the first without it", arguments: [
        ("start=5", 4..<Int.max, []), ("stop=10", 0..<9, []), ("start=5:stop=10", 4..<9, []), ("step=5-10", 4..<9, []),
        ("step=10-5", 9..<9, []), ("start=0", 0..<Int.max, []), ("start=a", nil, ["a"]), ("stop=-1", nil, ["-1"]),
        ("step=5", nil, ["step=5"]), ("step=a-3", 0..<2, ["a"]),
    ] as [(String, Range<Int>?, [String])])
    func steps(text: String, expected: Range<Int>?, unread: [String]) throws {
        let tag = try tag("<lora:x:1:\(text)>")
        #expect(tag.steps == expected && tag.unreadArguments == unread)
        #expect(tag.isZeroInUNet == (expected?.isEmpty == true) && !tag.isZeroInTextEncoder)
    }

    @Test("a LoRA acts on the whole picture, or on the AND part that its tag stands in", arguments: [
        ("a <lora:x:1:scope=part> AND b", 0), ("a AND<lora:x:1:scope=part> b", 1), ("a AND b :0.5 AND c<lora:x:scope= Part >", 2),
        ("a AND b <lora:x:1>", nil), ("a AND b <lora:x:1:scope=all>", nil), ("<lora:x:scope=part>AND b", 0),
    ] as [(String, Int?)])
    func scope(text: String, part: Int?) throws {
        let prompt = Prompt(text)
        let tag = try #require(LoRATag(prompt.tags[0], in: prompt.partsOfTags[0]))
        #expect(tag.part == part && tag.unreadArguments.isEmpty)
    }

    @Test("strengths are added where all else is the same")
    func adding() throws {
        func areAddable(_ a: String, _ b: String) throws -> Bool { try tag("<lora:x:\(a)>").isAddable(to: tag("<lora:x:\(b)>")) }
        #expect(try areAddable("1", "0.5:0.2") && areAddable("1:lbw=OUTD", "0.5:OUTD"))
        #expect(try !areAddable("1:lbw=OUTD", "1") && !areAddable("1:stop=3", "1") && !areAddable("1:dyn=3", "1"))
    }

    @Test("other tags are none")
    func others() { #expect(Prompt("<hypernet:x:1>").tags.allSatisfy { LoRATag($0) == nil }) }

    @Test("strengths of the UNet's parts, and their sums with another tag's")
    func parts() throws {
        let tag = try tag("<lora:x:0.5:in=0:out=1>")
        #expect(tag.down == StrengthSchedule(0.0) && tag.middle == nil && tag.up == StrengthSchedule(1.0))
        let sum = tag.adding(try self.tag("<lora:x:0.25:mid=2>"))
        #expect(sum.textEncoder == StrengthSchedule(0.75) && sum.unet == StrengthSchedule(0.75))
        #expect(sum.down == StrengthSchedule(0.25) && sum.middle == StrengthSchedule(2.5) && sum.up == StrengthSchedule(1.25))
        #expect(!sum.isZero)
        #expect(try self.tag("<lora:x:0>").isZero)
        #expect(try !self.tag("<lora:x:0:mid=1>").isZero)
    }

    @Test("a strength may change from step to step", arguments: [
        ("0.8", [0.8, 0.8, 0.8, 0.8, 0.8]), ("0@0,1@1", [0, 0.25, 0.5, 0.75, 1]), ("1@0.5;0@0", [0, 0.5, 1, 1, 1]),
        ("1@0,0@0.5,1@1", [1, 0.5, 0, 0.5, 1]), ("0@1,1@3", [0, 0, 0.5, 1, 1]), ("0.2~0,0.4", [0.2, 0.25, 0.3, 0.35, 0.4]),
        ("1@0.5,0@0.5", [1, 1, 1, 0, 0]), ("0.3@2", [0.3, 0.3, 0.3, 0.3, 0.3]),
    ])
    func schedule(text: String, expected: [Double]) throws {
        let strength = try #require(StrengthSchedule(text))
        let values = (0..<5).map { strength.value(atStep: Double($0), of: 5) }
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(values)")
        #expect(strength.isConstant == (Set(expected).count == 1))
        #expect(strength.first == expected[0])
    }

    @Test("text that is no strength", arguments: ["", "a", "1@", "@1", "1@2@3", "1,,2", "1@nan"])
    func noStrength(text: String) { #expect(StrengthSchedule(text) == nil) }

    @Test("sums of strengths are sums at every step")
    func sums() throws {
        let a = try #require(StrengthSchedule("0@0,1@1")), b = try #require(StrengthSchedule("1@0.5,0@1"))
        let sum = a + b
        for step in 0..<9 {
            let (at, count) = (Double(step), 9)
            #expect(abs(sum.value(atStep: at, of: count) - a.value(atStep: at, of: count) - b.value(atStep: at, of: count)) < 1e-9)
        }
        #expect(a + StrengthSchedule(0.5) == StrengthSchedule(0.5) + a)
    }
}
