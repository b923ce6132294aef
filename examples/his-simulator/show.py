"""终端上的进度与小结 / bars and summary on a terminal of 80 columns or more."""

import contextlib
import json
from collections import Counter
from decimal import Decimal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

SEVERITIES = {"error": "错误", "warning": "警告", "info": "提示"}


class Show:
    def __init__(self):
        self.console = Console(highlight=False)

    def head(self, hospital):
        out, info = self.console, hospital.patients[0].info
        out.print("[bold]一家医院的一天（模拟）[/] a day of a hospital, simulated")
        out.print("患者与清单均为虚构 patients and lists are made up; nobody is meant")
        out.print(f"{info['fixmedins_name']} {info['fixmedins_code']}  {hospital.month}  {hospital.station.url}\n")

    def note(self, text):
        self.console.print(text)

    @contextlib.contextmanager
    def bar(self, title, total):
        columns = (TextColumn("{task.description}"), BarColumn(18), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(padded(title, 40), total=total)
            yield lambda: progress.advance(task)

    def summary(self, hospital):
        self.console.print()
        for table in (day(hospital), calls(hospital.journal), groups(hospital), rules(hospital)):
            self.console.print(table)
        surprises = hospital.journal.surprises
        if surprises:
            self.console.print(f"[bold red]与预期不符 not as expected: {len(surprises)}[/]")
            for surprise in surprises[:10]:
                self.console.print(f"  {surprise}")
            if len(surprises) > 10:
                self.console.print(f"  另有 and {len(surprises) - 10} more")
        else:
            self.console.print("[bold green]全部如预期 all as expected[/]")


def padded(text, width):
    """Chinese characters are two columns wide."""
    return text + " " * max(0, width - cell_len(text))


def table_of(title, **options):
    return Table(title=f"[bold]{title}[/]", title_justify="left", title_style="", box=box.SIMPLE_HEAD,
                 width=80, pad_edge=False, **options)


def money(amount):
    return f"{amount:,.2f}"


def figures(hospital):
    """小结中的数字 / the figures of the summary."""
    everyone = hospital.patients
    submitted = [patient for patient in everyone if patient.submitted]
    priced = [patient for patient in submitted if patient.estimate is not None]
    return {
        "patients": len(everyone),
        "mistakes": sum(patient.mistake is not None for patient in everyone),
        "corrected_once": sum(patient.rounds == 1 for patient in everyone),
        "corrected_twice": sum(patient.rounds == 2 for patient in everyone),
        "returned": sum(patient.returned for patient in everyone),
        "submitted": len(submitted),
        "priced": len(priced),
        "cost": sum((patient.cost for patient in priced), Decimal(0)),
        "estimate": sum((patient.estimate for patient in priced), Decimal(0)),
        "example": hospital.example,
        "published": hospital.totals.get("published", 0),
        "objections": hospital.objections,
        "groups": len({patient.drg[0] for patient in submitted}),
    }


def day(hospital):
    f, totals = figures(hospital), hospital.totals
    table = table_of("当日 the day", show_header=False)
    table.add_column(width=39, no_wrap=True)
    table.add_column(no_wrap=True)
    example = "（示例 example）" if f["example"] else ""
    rows = [
        ("患者 / 差错 patients / mistakes", f"{f['patients']} / {f['mistakes']}"),
        ("更正一轮 / 两轮 corrected once / twice", f"{f['corrected_once']} / {f['corrected_twice']}"),
        ("提交后退回 returned after submit", f"{f['returned']}"),
        ("已提交 submitted", f"{f['submitted']}"),
        ("费用 cost", f"{money(f['cost'])} 元 yuan，{f['priced']} 例 cases"),
        ("测算支付 estimated payment", f"{money(f['estimate'])} 元 yuan{example}"),
        ("差额 difference", f"{money(f['estimate'] - f['cost'])} 元 yuan"),
        ("公示病例 / 异议 published / objections", f"{f['published']} / {f['objections']}"),
        ("当月账目 books of the month", f"{totals.get('cases', 0)} 例 cases，{money(totals.get('cost', Decimal(0)))} 元 yuan"),
        ("对账申请 application", totals.get("application", "未申请 none")),
        ("月结账单 monthly bill", totals.get("bill") or "尚未固化 not frozen yet"),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def percentile(sorted_seconds, share):
    """The value below which that share of the calls lies (nearest rank)."""
    rank = max(1, -(-len(sorted_seconds) * share // 100))
    return sorted_seconds[int(rank) - 1] * 1000


def calls(journal):
    table = table_of(f"调用 calls（毫秒 ms，重发 sent again {journal.resent}）")
    table.add_column("接口 operation", ratio=1)
    for name in ("次数 n", "p50", "p95", "p99", "最长 max"):
        table.add_column(name, justify="right", min_width=6)
    for operation, seconds in sorted(journal.seconds.items()):
        ordered = sorted(seconds)
        cells = [f"{percentile(ordered, share):.0f}" for share in (50, 95, 99, 100)]
        table.add_row(operation, str(len(ordered)), *cells)
    return table


def groups(hospital, most=8):
    submitted = [patient for patient in hospital.patients if patient.submitted]
    counts = Counter(patient.drg for patient in submitted)
    title = f"病组 groups（{len(counts)} 组 groups，例数最多的 {min(most, len(counts))} 组 most frequent）"
    table = table_of(title)
    table.add_column("DRG", width=5)
    table.add_column("名称 name", ratio=1, no_wrap=True, overflow="ellipsis")
    for name, width in (("例数 n", 6), ("费用 cost", 12), ("支付 pay", 12)):
        table.add_column(name, justify="right", width=width)
    for drg, count in counts.most_common(most):
        mine = [patient for patient in submitted if patient.drg == drg]
        paid = sum((patient.estimate or Decimal(0) for patient in mine), Decimal(0))
        table.add_row(*drg, str(count), money(sum((p.cost for p in mine), Decimal(0))), money(paid))
    return table


def rules(hospital, most=10):
    found = Counter()
    texts = {}
    for finding in (finding for patient in hospital.patients for finding in patient.findings):
        found[finding["rule_id"]] += 1
        texts[finding["rule_id"]] = (SEVERITIES.get(finding["severity"], finding["severity"]), finding["message"])
    table = table_of(f"质控发现 findings（{len(found)} 条规则 rules）")
    table.add_column("规则 rule", width=10)
    table.add_column("级别", width=4)
    table.add_column("内容 message", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("次数 n", justify="right", width=6)
    for rule, count in found.most_common(most):
        table.add_row(rule, *texts[rule], str(count))
    return table


def write(path, hospital):
    """The figures as JSON, to be filed or compared."""
    journal = hospital.journal
    latency = {
        operation: {"n": len(seconds)} | {f"p{share}_ms": round(percentile(sorted(seconds), share), 1) for share in (50, 95, 99)}
        for operation, seconds in sorted(journal.seconds.items())
    }
    text = {name: str(value) if isinstance(value, Decimal) else value for name, value in figures(hospital).items()}
    document = {"synthetic": True, "setl_ym": hospital.month, **text, "calls": latency, "surprises": journal.surprises}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
