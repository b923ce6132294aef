"""变异体 / mutants, for ./dev mutants.

    mutate.py names               名称 / names
    mutate.py killer NAME         应当发现它的用例 / the case that must notice it
    mutate.py file NAME           所在文件 / the file it is planted in
    mutate.py plant NAME TREE     植入一份源码副本 / plants it in a copy of the source
"""

import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).parent


def main(command, *arguments):
    file = tomllib.loads((HERE / "mutants.toml").read_text(encoding="utf-8"))
    mutants = {mutant["name"]: mutant for mutant in file["mutant"]}
    if command == "names":
        print("\n".join(mutants))
        return
    mutant = mutants[arguments[0]]
    if command == "killer":
        print(mutant["killed_by"])
    elif command == "file":
        print(mutant["file"])
    elif command == "plant":
        path = pathlib.Path(arguments[1]) / mutant["file"]
        text = path.read_text(encoding="utf-8")
        if text.count(mutant["search"]) != 1:
            sys.exit(f"{arguments[0]}: 原文应恰好出现一次 / the text does not stand there exactly once")
        path.write_text(text.replace(mutant["search"], mutant["replace"]), encoding="utf-8")
        print(mutant["what"])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
