"""一家医院的一天（模拟）/ a day of a hospital, simulated against a live gateway

签到 → 出院办理 → 事前质控（部分清单有差错，按发现更正后再查）→ 上传并提交（未经事前质控的差错
清单被退回，更正后重报）→ 上传情况与质控结果 → 公示与异议 → 月末对账申请、费用摘要、账单 → 签退

Sign-in, discharge, pre-check (some lists hold mistakes, which are put right by what the
findings say and checked again), upload and submit (mistakes that skipped the pre-check
come back and are sent again), upload counts and QC results, publication and objections,
month end (application for reconciliation, sums, bill), sign-out.

患者与清单均为虚构，由种子决定。 Patients and lists are made up, decided by the seed.
"""

import argparse
import datetime
import random
import sys
import urllib.error

import hospital
import month
import records
import show
from station import Journal, Station

EXAMPLES = """\
示例 examples:
  ./run.sh --caller var/callers/hospital-a.toml
  ./run.sh --caller hospital-a.toml --url https://gateway.example --patients 500 --seed 7
  ./run.sh --caller hospital-a.toml --lists october.jsonl --json day.json
  ./run.sh --caller var/callers/hospital-a.toml --bureau var/callers/city.toml --month 202608

退出码 exit codes: 0 全部如预期 all as expected, 1 有应答与预期不符 an answer was not as expected,
  2 用法或文件有误 usage, 3 网关不可达 the gateway cannot be reached
"""


def arguments():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--caller", required=True, metavar="FILE",
        help="医院的调用方文件，见网关就绪行 / caller file of the hospital (TOML), see the gateway's ready line")
    add("--url", metavar="U", help="网关地址，缺省取自调用方文件 / gateway; from the caller file when absent")
    add("--patients", type=positive, default=100, metavar="N", help="当日出院患者数，缺省 100 / patients discharged that day")
    add("--seed", type=int, default=1, metavar="S", help="种子：同一种子，同样的患者与差错，缺省 1 / equal seeds, equal patients and mistakes")
    add("--mistakes", type=share, default=0.3, metavar="X", help="有差错的清单比例，0 至 1，缺省 0.3 / share of lists with a mistake")
    add("--workers", type=positive, default=4, metavar="N", help="同时工作的窗口数，缺省 4 / workplaces at work at once")
    add("--month", type=year_month, default="202610", metavar="YYYYMM", help="模拟的月份，缺省 202610 / month that is simulated")
    add("--bureau", metavar="FILE", help="市级开发用调用方文件：由模拟器公示当月并处理异议 / the city's development caller: "
        "the simulator then publishes the month and decides the objections")
    add("--lists", metavar="FILE", help="用此文件中的清单，每行一份 / lists of this file, one a line, instead of made-up ones")
    add("--program", metavar="FILE", help="生成清单的 chs-gateway，缺省为本仓库编译的或 PATH 中的 / the chs-gateway that makes the lists")
    add("--json", metavar="FILE", help="另存小结 / writes the figures as JSON")
    add("--fast", action="store_true", help="24 名患者，供持续集成 / 24 patients, for continuous integration")
    return parser.parse_args()


def positive(text):
    if int(text) < 1:
        raise argparse.ArgumentTypeError("须大于 0 / must be above 0")
    return int(text)


def share(text):
    if not 0 <= float(text) <= 1:
        raise argparse.ArgumentTypeError("须在 0 与 1 之间 / must lie between 0 and 1")
    return float(text)


def year_month(text):
    try:
        return datetime.datetime.strptime(text, "%Y%m").strftime("%Y%m")
    except ValueError:
        raise argparse.ArgumentTypeError("须为 YYYYMM / must be YYYYMM") from None


def lists(args, station):
    count = 24 if args.fast else args.patients
    code, name = station.file["fixmedins_code"], station.file["fixmedins_name"]
    if args.lists:
        found = records.read(args.lists)
    else:
        found = records.made(records.program(args.program), count, args.seed, code)
    if not found:
        raise ValueError("没有清单 / there are no lists")
    # 编号每次运行不同，内容由种子决定 / ids are this run's own, contents the seed's
    run = f"{datetime.datetime.now():%y%m%d%H%M%S}{random.SystemRandom().randrange(100):02}"
    moved = (records.moved(record, args.month) for record in found)
    return [records.own(record, number, run, code, name) for number, record in enumerate(moved)]


def simulate(args):
    journal, screen = Journal(), show.Show()
    station = Station(args.caller, args.url, journal)
    patients = hospital.admit(lists(args, station), args.mistakes, args.seed)
    today = hospital.Hospital(station, screen, patients, args.month, args.workers)
    screen.head(today)
    today.sign_in()
    checked = [patient for patient in patients if not patient.unchecked]
    today.each("出院办理 discharge", patients, today.discharge)
    today.each("事前质控与更正 pre-check, correct", checked, today.check)
    today.each("上传并提交 upload and submit", patients, today.upload)
    returned = [patient for patient in patients if patient.returned]
    if returned:
        today.each("退回更正重报 returned, sent again", returned, today.resubmit)
    today.each("逐份核对 query of each list", [p for p in patients if p.submitted], today.query)
    for title, step in [
        ("上传情况与质控结果 uploads, QC results", lambda: month.uploads(today)),
        ("公示与异议 publication, objections", lambda: month.objections(today, args.bureau)),
        ("月末 month end", lambda: month.month_end(today)),
        ("签退 sign out", today.sign_out),
    ]:
        with screen.bar(title, 1) as advance:
            step()
            advance()
    screen.summary(today)
    if args.json:
        show.write(args.json, today)
    return 1 if journal.surprises else 0


def main():
    args = arguments()
    try:
        return simulate(args)
    except urllib.error.URLError as error:
        print(f"网关不可达 / the gateway cannot be reached: {error.reason}", file=sys.stderr)
        return 3
    except KeyError as error:
        print(f"应答或文件缺少成员 / an answer or a file lacks: {error}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"失败 / failed: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
