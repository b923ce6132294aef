"""查询、公示异议与月末 / queries, publication and objections, month end."""

from decimal import Decimal

from station import Station


def uploads(hospital):
    """上传情况与质控结果 / upload counts and the month's QC results, page by page."""
    station = hospital.station
    counts = station.expect("上传情况 uploads", "settlement-lists/uploads", {"setl_ym": hospital.month}).data
    mine = sum(patient.submitted for patient in hospital.patients)
    if int(counts.get("submitted_cnt", 0)) + int(counts.get("pass_cnt", 0)) < mine:
        hospital.journal.surprise(f"已提交 submitted {counts.get('submitted_cnt')} < {mine}")
    hospital.totals["uploads"] = counts
    ours = {patient.setl_id for patient in hospital.patients if patient.submitted}
    query, results = {"setl_ym": hospital.month, "page_size": 200}, 0
    while True:
        page = station.expect("质控结果 qc results", "qc/results", query).data
        results += len(page.get("rows", []))
        ours -= {row["setl_id"] for row in page.get("rows", [])}
        if not page.get("next"):
            break
        query["after"] = page["next"]
    hospital.totals["results"] = results
    if ours:
        hospital.journal.surprise(f"{len(ours)} 份清单没有质控结果 lists without a QC result")


def objections(hospital, bureau_file):
    """公示与异议 / the published cases of the day, objected to where the estimate falls short.

    With the bureau's caller file (development only) the month is published first and the
    objections are decided; without it a month that nobody published has none.
    """
    station = hospital.station
    bureau = Station(bureau_file, station.url, hospital.journal) if bureau_file else None
    published = station.expect("公示 publication", "publication/query", {"setl_ym": hospital.month, "page_size": 1}).data
    if bureau and not published.get("open"):
        bureau.expect("公示 publish", "publication/publish", {"setl_ym": hospital.month, "days": 5})
    rows = published_rows(hospital)
    ours = {patient.setl_id: patient for patient in hospital.patients if patient.submitted}
    short = [ours[row["setl_id"]] for row in rows if row["setl_id"] in ours]
    hospital.totals["published"] = len(short)
    # 亏损最多的两例 / the two cases that lose most
    short = sorted((p for p in short if p.estimate is not None), key=lambda p: p.estimate - p.cost)[:2]
    for patient in short:
        what = {"setl_id": patient.setl_id, "reason": "模拟：费用高于支付标准，申请复核分组"}
        reply = station.expect("异议 objection", "objections/submit", what)
        hospital.objections += reply.status == 200
        # 未决期间不得再提 / one open objection a case
        station.expect("重复异议 objection again", "objections/submit", what, 409)
        if bureau:
            decision = {"setl_id": patient.setl_id, "fixmedins_code": patient.info["fixmedins_code"],
                        "decision": "REJECTED", "opinion": "模拟：分组无误"}
            bureau.expect("异议处理 decision", "objections/decide", decision)


def published_rows(hospital):
    query, rows = {"setl_ym": hospital.month, "page_size": 500}, []
    while True:
        page = hospital.station.expect("公示 publication", "publication/query", query).data
        rows += page.get("rows", [])
        if not page.get("next"):
            return rows
        query["after"] = page["next"]


def month_end(hospital):
    """月末：账目核对、对账申请与撤销、费用摘要、月结账单 / the books, application, sums, bill."""
    station, month = hospital.station, hospital.month
    cases, cost = hospital.books()
    mine = [patient for patient in hospital.patients if patient.submitted]
    due = (hospital.before[0] + len(mine), hospital.before[1] + sum((p.cost for p in mine), Decimal(0)))
    hospital.totals |= {"cases": cases, "cost": cost}
    if (cases, cost) != due:
        hospital.journal.surprise(f"账目不符 the books differ: 中心 centre {cases} / {cost}，医院 hospital {due[0]} / {due[1]}")
        return
    groups = station.expect("病组费用 groups", "groupings/fee-summary", {"setl_ym": month, "level": "group"}).data
    hospital.totals["groups"] = int(groups.get("total", 0))
    if cases:
        reconcile(hospital, {"setl_ym": month, "psntime": cases, "medfee_sumamt": str(cost)})
    bill = station.expect("月结账单 bill", "bills/monthly", {"setl_ym": month, "level": "hospital"}).data
    hospital.totals["bill"] = bill.get("state", "")
    hospital.totals["bill_rows"] = bill.get("rows", [])


def reconcile(hospital, books):
    station = hospital.station
    wrong = books | {"psntime": books["psntime"] + 1}
    reply = station.call("reconciliation/apply", wrong)
    if reply.code == "CHS-40941":
        hospital.totals["application"] = "已申请或已固化 applied or frozen before"
        return
    if reply.status != 422 or reply.pointers() != ["/psntime"]:
        hospital.journal.surprise(f"人次不符应被拒绝 a wrong count: {reply.text()}")
    reply = station.expect("对账申请 application", "reconciliation/apply", books)
    if reply.status == 200:
        event = {"setl_ym": hospital.month, "clr_appy_evt_id": reply.data["clr_appy_evt_id"]}
        # 模拟不把月份留在申请状态 / the simulation leaves no application behind
        station.expect("撤销申请 withdrawal", "reconciliation/withdraw", event)
        hospital.totals["application"] = "一致，已撤销 equal; withdrawn again"
