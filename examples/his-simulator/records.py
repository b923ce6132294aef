"""病案：由 chs-gateway sample 生成的虚构清单，换上本次运行的编号与月份 / the records: lists made up
by `chs-gateway sample`, under ids of this run and moved into the month that is simulated.
"""

import calendar
import datetime
import pathlib
import re
import shutil
import subprocess
from decimal import Decimal

import sealed

# chs-gateway sample 的出院都在此月 / the month in which sample discharges everybody
MADE_IN = datetime.date(2026, 10, 1)
DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(.*)$", re.DOTALL)
BUILT = pathlib.Path(__file__).parents[2] / "target/debug/chs-gateway"


def program(named):
    """The chs-gateway that makes the lists: the one named, the one built here, the one in PATH."""
    for found in filter(None, (named, BUILT if BUILT.exists() else None, shutil.which("chs-gateway"))):
        return found
    raise ValueError(
        "找不到 chs-gateway：请先编译，或用 --program、--lists / "
        "no chs-gateway to make lists with: build it, or give --program or --lists"
    )


def made(program, count, seed, institution):
    command = [program, "sample", "--lists", str(count), "--seed", str(seed), "--institution", institution]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise ValueError(f"chs-gateway sample: {done.stderr.strip()}")
    return [sealed.parse(line) for line in done.stdout.splitlines()]


def read(path):
    """Lists of a file, one a line."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [sealed.parse(line) for line in lines if line.strip()]


def own(record, number, run, institution, name):
    """Ids of this run: a list that another run has submitted is not to be sent again."""
    info = record["setlinfo"]
    serial = f"{run}{number:05}"
    for field, letter in [("setl_id", "S"), ("mdtrt_id", "M"), ("psn_no", "P"), ("hi_no", "P"),
                          ("medcasno", "B"), ("biz_sn", "Y")]:
        info[field] = f"SIM{letter}{serial}"
    info["fixmedins_code"], info["fixmedins_name"] = institution, name
    return record


def moved(record, month):
    """The record with every date moved into a month; ages and lengths stay as they were."""
    discharged = datetime.date.fromisoformat(record["setlinfo"]["dscg_time"][:10])
    first = datetime.date(int(month[:4]), int(month[4:]), 1)
    days = (first - MADE_IN).days
    # 31 日在较短的月份提前几日 / the 31st comes earlier in a month that has none
    over = discharged.day - calendar.monthrange(first.year, first.month)[1]
    days -= max(over, 0)
    record = shifted(record, datetime.timedelta(days=days))
    info = record["setlinfo"]
    if len(info.get("certno", "")) == 18:
        info["certno"] = certificate(info["certno"], info["brdy"])
    return record


def shifted(node, by):
    if isinstance(node, dict):
        return {name: shifted(value, by) for name, value in node.items()}
    if isinstance(node, list):
        return [shifted(value, by) for value in node]
    date = DATE.match(node) if isinstance(node, str) else None
    if not date:
        return node
    return f"{datetime.date.fromisoformat(date[1]) + by}{date[2]}"


def certificate(number, born):
    """出生日期变更后的身份证件号（GB 11643）/ the number for another date of birth."""
    body = number[:6] + born[:10].replace("-", "") + number[14:17]
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def cost(record):
    """住院总费用 / total cost, yuan."""
    return sum((Decimal(item["amt"]) for item in record["iteminfo"]), Decimal(0))
