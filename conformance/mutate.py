"""变异体：植入、编译、运行 / mutants: planted, built, run. Called by ./dev mutants.

    mutate.py TARGET SCRATCH [--matrix | --teeth] [--sample N | NAME...]

TARGET    cargo 的目标文件夹，其中已有 conformance / cargo's target folder; conformance is built there
SCRATCH   本次运行的临时文件夹 / a folder for this run
--matrix  每个变异体跑全部用例 / every case against each mutant, not only its killer
--teeth   每个变异体只跑尚不知能发现什么的用例 / of each mutant only the cases not known to notice any
--sample N 只跑 N 个，每日另抽 / only N of them, others each day
NAME      只跑这些变异体 / only these mutants

所有变异体一次植入源码副本，启动时由环境变量择一，只编译一次；程序另名，不会被当作网关。
All mutants are planted in a copy of the source at once, and an environment variable chooses one
when the program starts: one build does. Its name is its own, so that it is never taken for the
gateway.
"""

import argparse
import concurrent.futures
import csv
import datetime
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
PROGRAM = "chs-gateway-mutants"
VARIABLE = "GATEWAY_MUTANT"
# A mutant that more than this share of all cases notice is broad: it tells nothing about any
# one of them, and must say so in mutants.toml.
BROAD = 0.5


def planted(mutant, text):
    """The span of the marked expression in a file, and the choice that takes its place."""
    before, mark, rest = mutant["search"].partition("«")
    marked, _, after = rest.partition("»")
    if not mark:
        before, marked = "", before
    if text.count(before + marked + after) != 1:
        sys.exit(f"{mutant['name']}: 原文应恰好出现一次 / its text does not stand there exactly once")
    start = text.index(before + marked + after) + len(before)
    # Looked up once: some of these expressions stand in innermost loops.
    chosen = (
        "{ static CHOSEN: ::std::sync::LazyLock<bool> = ::std::sync::LazyLock::new(|| ::std::env::var_os("
        f'"{VARIABLE}").is_some_and(|name| name == "{mutant["name"]}")); *CHOSEN }}'
    )
    return start, start + len(marked), f"(if {chosen} {{ {mutant['replace']} }} else {{ {marked} }})"


def plant(mutants, tree):
    """Writes the copy. Files that stay alike keep their time, so that cargo builds little anew."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    names = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for path in tree.rglob("*"):
        if path.is_file() and str(path.relative_to(tree)) not in names | {"Cargo.lock"}:
            path.unlink()
    for name in names:
        content = (ROOT / name).read_bytes()
        changes = [planted(m, content.decode()) for m in mutants if m["file"] == name]
        if changes:
            text = content.decode()
            for start, end, choice in sorted(changes, reverse=True):
                text = text[:start] + choice + text[end:]
            content = text.encode()
        if name == "Cargo.toml":
            content = content.replace(b'\n[[bin]]\nname = "chs-gateway"', b'\n[[bin]]\nname = "%s"' % PROGRAM.encode())
            # By name and version, not by place, cargo tells the copy's crates from the real ones.
            content = content.replace(b'\nversion = "', b'\nversion = "0.0.0-mutants.', 1)
            content = content.replace(b'default-run = "chs-gateway"', b'default-run = "%s"' % PROGRAM.encode())
        copy = tree / name
        if not copy.exists() or copy.read_bytes() != content:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)


def build(target, tree):
    """With the features of the whole workspace, as `./dev test` has built the dependencies.

    What a choice leaves unused is no news, so warnings are not shown. Our own crates are not
    optimised: a sample runs for a minute, and optimising takes several (dependencies stay as they
    are built for everything else).
    """
    command = ["cargo", "build", "--quiet", "--workspace", "--bin", PROGRAM]
    environment = os.environ | {
        "CARGO_TARGET_DIR": str(target),
        "CARGO_PROFILE_DEV_OPT_LEVEL": "0",
        "CARGO_PROFILE_DEV_DEBUG": "0",
    }
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    if done.returncode:
        errors = [part for part in done.stderr.split("\n\n") if part.startswith("error")]
        sys.exit("\n\n".join(errors))


class Runner:
    """Starts mutated gateways and runs cases against them, several at a time."""

    def __init__(self, target, scratch):
        self.target, self.scratch, self.fresh = target, scratch, scratch / "fresh"

    def outcomes(self, mutant, cases):
        """The outcome of cases (all: None) against a gateway with a mutant, or without (None).

        The first gateway makes the data folder; every other begins with a copy of it, so that
        no mutant leaves anything to the next.
        """
        folder = self.scratch / (mutant or "none")
        folder.mkdir()
        folder.chmod(0o711)
        data = folder / "data"
        if self.fresh.exists():
            subprocess.run(["cp", "-a", self.fresh, data], check=True)
        environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
        if mutant:
            environment[VARIABLE] = mutant
        command = [self.target / "debug" / PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data", data]
        with open(folder / "log", "w", encoding="utf-8") as log:
            gateway = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment)
        try:
            ready = gateway.stdout.readline()
            if not ready:
                log = (folder / "log").read_text(encoding="utf-8")
                raise SystemExit(f"{mutant}: 网关未能启动 / did not start\n{log[-2000:]}")
            return self.run(folder / "cases.csv", json.loads(ready), cases)
        finally:
            gateway.terminate()
            gateway.wait()
            if not self.fresh.exists():
                data.rename(self.fresh)
            subprocess.run(["rm", "-rf", folder], check=True)

    def run(self, table, ready, cases):
        command = [self.target / "debug/conformance", "run", "--base-url", ready["url"],
                   "--callers", ready["callers"], "--csv", table]
        if cases:
            command += ["--filter", f"/({'|'.join(map(re.escape, sorted(cases)))}) "]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise SystemExit(f"conformance: {done.returncode}\n{(done.stdout + done.stderr)[-2000:]}")
        with open(table, newline="", encoding="utf-8") as rows:
            outcomes = {row["id"]: row["outcome"] for row in csv.DictReader(rows)}
        if cases and outcomes.keys() != set(cases):
            raise SystemExit(f"未运行应运行的用例 / not the cases that were asked for: {sorted(cases)}")
        return outcomes


class Teeth:
    """Which case is known to notice which mutant that is not broad (teeth.csv)."""

    PATH = HERE / "teeth.csv"

    def __init__(self, cases, renewed):
        self.cases, self.kills, known = cases, {}, []
        if self.PATH.exists():
            with open(self.PATH, newline="", encoding="utf-8") as file:
                known = list(csv.DictReader(file))
        self.best = {row["case"]: (0, row["mutant"]) for row in known
                     if row["case"] in cases and row["mutant"] not in renewed}

    def unknown(self):
        return self.cases - self.best.keys()

    def add(self, mutant, killers):
        """Of several mutants the one that fewest cases notice tells most."""
        self.kills[mutant["name"]] = killers
        if not mutant.get("broad"):
            for case in killers:
                self.best[case] = min(self.best.get(case, (len(killers), mutant["name"])), (len(killers), mutant["name"]))

    def write(self, target):
        for path, heads, rows in [
            (self.PATH, ["case", "mutant"], [(case, name) for case, (_, name) in self.best.items()]),
            (target / "mutants.csv", ["mutant", "case"], [(m, case) for m, all in self.kills.items() for case in all]),
        ]:
            with open(path, "w", newline="", encoding="utf-8") as file:
                table = csv.writer(file, lineterminator="\n")
                table.writerow(heads)
                table.writerows(sorted(rows))

    def blunt(self):
        """Cases that notice nothing, of which toothless.toml does not say why."""
        reasons = tomllib.loads((HERE / "toothless.toml").read_text(encoding="utf-8"))["toothless"]
        return self.unknown() - {case for entry in reasons for case in entry["cases"]}


def failed(outcomes):
    return {case for case, outcome in outcomes.items() if outcome == "failed"}


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("target", type=pathlib.Path)
    arguments.add_argument("scratch", type=pathlib.Path)
    arguments.add_argument("--matrix", action="store_true")
    arguments.add_argument("--teeth", action="store_true")
    arguments.add_argument("--sample", type=int)
    arguments.add_argument("names", nargs="*")
    arguments = arguments.parse_intermixed_args()
    # An orderly end, in which gateways are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    everything = tomllib.loads((HERE / "mutants.toml").read_text(encoding="utf-8"))["mutant"]
    by_name = {mutant["name"]: mutant for mutant in everything}
    if unknown := set(arguments.names) - by_name.keys():
        sys.exit(f"没有该变异体 / no such mutant: {' '.join(sorted(unknown))}")
    mutants = [by_name[name] for name in arguments.names] or everything
    if arguments.sample is not None:
        mutants = random.Random(datetime.date.today().isoformat()).sample(mutants, arguments.sample)
    began = time.monotonic()
    tree = arguments.target / "mutants-source"
    plant(everything, tree)
    build(arguments.target, tree)
    built = time.monotonic()
    print(f"编译 / build: {built - began:.0f} s", flush=True)
    runner = Runner(arguments.target, arguments.scratch)
    whole = arguments.matrix or arguments.teeth
    sound = runner.outcomes(None, None if whole else {m["killed_by"] for m in mutants})
    if failed(sound):
        sys.exit(f"没有变异体时未通过 / fail without a mutant: {' '.join(sorted(failed(sound)))}")
    teeth = Teeth(sound.keys(), {m["name"] for m in mutants} if arguments.matrix else set())
    wrong = []

    def judge(mutant):
        start, killer = time.monotonic(), mutant["killed_by"]
        asked = None if arguments.matrix else {killer} | (teeth.unknown() if arguments.teeth else set())
        killers = failed(runner.outcomes(mutant["name"], asked))
        teeth.add(mutant, killers)
        verdict = "发现 killed" if killer in killers else "幸存 SURVIVES"
        if arguments.matrix and (len(killers) > BROAD * len(sound)) != mutant.get("broad", False):
            verdict += "，broad?"
        if verdict != "发现 killed":
            wrong.append(mutant["name"])
        print(f"{mutant['name']:28} {killer:24} {len(killers):5} {verdict:16} {time.monotonic() - start:5.1f} s", flush=True)
        if whole:
            teeth.write(arguments.target)

    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        for _ in workers.map(judge, mutants):
            pass
    blunt = teeth.blunt() if whole and len(mutants) == len(everything) else set()
    if blunt:
        print(f"什么也发现不了的用例 / cases that notice nothing ({len(blunt)}): {' '.join(sorted(blunt))}")
    if wrong:
        print(f"幸存 / surviving: {' '.join(sorted(wrong))}")
    took = time.monotonic() - built
    print(f"变异体 {len(mutants)}，被发现 {len(mutants) - len(wrong)}，幸存 {len(wrong)}；{took:.0f} 秒"
          f" / {len(mutants)} mutants, {len(mutants) - len(wrong)} killed, {len(wrong)} survive; {took:.0f} s")
    sys.exit(bool(wrong or blunt))


if __name__ == "__main__":
    main()
