#!/usr/bin/env python3
"""What Hugging Face `tokenizers` makes of our tokenizer and of our training text.

    python3 -m venv V && V/bin/pip install tokenizers==0.23.3
    V/bin/python make_tokenizer_goldens.py

Reads tokenizer.json (written by BytePairTrainer from sample.txt, vocabulary 400) and writes
tokenizer_goldens.json: tokens of difficult texts, and the merges that their trainer learns from
sample.txt. sample.txt is Genesis 1-3 in the King James version, in the public domain.
"""
import json
import pathlib
import random

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
SPECIAL = "<|endoftext|>"

TEXTS = [
    "", " ", "  ", "a", " a", "  a", "a ", "a  ", "a  b", "a   b  ",
    "In the beginning God created the heaven and the earth.",
    "And God said, Let there be light: and there was light.",
    "don't can't we're I've I'm she'll he'd it's 's 't",
    "DON'T CAN'T WE'RE I'VE I'M SHE'LL HE'D IT'S",
    "'sometimes 'tis ''s 'r 'l 'v 're've 'll'd'm 'rex'lx'vx '' ' '",
    "rock 'n' roll d'être l'œuvre it\u2019s",
    "\n", "\n\n", "\n\n\n", "a\nb", "a\n\nb", "a \n b", "a\t\tb", "\ta", " \ta", "\t a", "a\r\nb\r\n",
    "a\n", "a\n\n", "  \n", " \n a", "\x0b\x0c\x1c\x1f",
    "\x00", "a\x00b", " \x00\x00 ", "\x7f\x80\x85\xa0", "a\u0085b", "a\u0085\u0085b",
    "a\u00a0b", "a\u00a0\u00a0b", "\u00a0 a", " \u00a0a", "a\u2028b\u2029c", "a\u2003\u2003b\u3000\u3000c", "a\u200bb\u200db",
    "\ufeffa", "\ufffd", "\ufffe\uffff\U0010ffff", "\u180e\u1680x",
    "über naïve façade Straße ŁÓDŹ", "ǅ ʰʲ ª º", "Привет, мир! 123", "γνῶθι σεαυτόν", "שלום עולם", "مرحبا بالعالم ١٢٣",
    "नमस्ते दुनिया १२३", "สวัสดีชาวโลก", "日本語のテキスト、です。", "你好，世界！一二三", "안녕하세요 세계", "１２３ ＡＢＣ",
    "e\u0301 e\u0301e\u0301 \u0301", "a\u0308\u0323b", "\u00e9 e\u0301", "½ ² Ⅷ ① ٣ 𝟘 𒐕", "5th 3.14 1,000 0x1F 7am", "12 345  678",
    "🙂", " 🙂🙂 ", "👩\u200d👩\u200d👧\u200d👦 👍🏽 🇫🇷", "𝕳𝖊𝖑𝖑𝖔 𐍈 🜁", "a🙂b 1🙂2",
    "<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b", "  <|endoftext|>  ", "<|endoftext|><|endoftext|>",
    "<|endoftext|", "|endoftext|>", "<<|endoftext|>>", "<|endoftext|><|endoftext", "\n\n<|endoftext|>\n\n",
    "!!! ??? ... -- --- ___ #hashtag @user $5.00 100% a&b a/b\\c", "f(x) = {x: [1, 2]}; // ok",
    "theTHEthe thethethe lordlordlord", "a" * 50, "an" * 40, " " * 40, "=" * 33, "the " * 10, "7" * 20,
]

ALPHABET = list("aetTHE's'tdlmrv019 .,-\n\t  ") + [
    "é", "e\u0301", "ß", "日", "本", "Ж", "א", "१", "²", "🙂", "\u00a0", "\u0085", "\u2028", "\u3000", "\u200d", "\x00", "\r\n", "<|endoftext|>", "the", "And God",
]


def main():
    tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))
    source = random.Random(0)
    texts = TEXTS + ["".join(source.choices(ALPHABET, k=source.randint(1, 24))) for _ in range(300)]
    encodings = []
    for text in texts:
        ids = tokenizer.encode(text).ids
        assert tokenizer.decode(ids, skip_special_tokens=False) == text, text
        encodings.append({"text": text, "tokens": ids})

    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trained.train([str(HERE / "sample.txt")], trainers.BpeTrainer(
        vocab_size=400, special_tokens=[SPECIAL], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    merges = json.loads(trained.to_str())["model"]["merges"]

    golden = {"tokenizers": tokenizers.__version__, "encodings": encodings, "merges": merges}
    (HERE / "tokenizer_goldens.json").write_text(lines(golden))


def lines(golden):
    """The golden as JSON with one encoding, or one merge, per line."""
    fields = []
    for key, value in golden.items():
        text = json.dumps(value)
        if isinstance(value, list):
            text = "[\n" + ",\n".join(json.dumps(item) for item in value) + "\n]"
        fields.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(fields) + "\n}\n"


if __name__ == "__main__":
    main()
