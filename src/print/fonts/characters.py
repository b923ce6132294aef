"""打印字体的字符 / the characters of the printing font, for pyftsubset (fonttools).

GB 2312, and every character of this project's dictionaries, schemes and profiles.
Run from the repository's root; how the font is made stands in README.md beside this file.
"""

import pathlib

SOURCES = ["crates/model/data/dictionaries.tsv", "crates/grouper/schemes", "profiles"]


def gb2312():
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield bytes([row, cell]).decode("gb2312")
            except UnicodeDecodeError:
                continue


def texts():
    for source in SOURCES:
        path = pathlib.Path(source)
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix in (".tsv", ".csv", ".toml", ".txt", ".rules"):
                yield file.read_text(encoding="utf-8")


characters = {chr(code) for code in [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0xFF01, 0xFF5F)]}
characters |= set("—–‘’“”•…−×÷≤≥≠°±½←→↑↓①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ㎡℃‰　、。《》【】")
characters |= set(gb2312())
characters |= {character for text in texts() for character in text if character >= " "}
print(",".join(f"{ord(character):x}" for character in sorted(characters)))
