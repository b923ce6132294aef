"""医院的一天，一步一个函数 / the day of a hospital, a function a step.

Each step says what answer it expects; every other answer is noted as a surprise, and the
day goes on with the next patient.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal

import mistakes
import records

# 更正两轮：先改所指字段，再改所在节点 / two rounds: the fields named, then the nodes they stand in
ROUNDS = 2


@dataclass
class Patient:
    """一次住院 / one stay."""

    record: dict
    entered: dict
    mistake: mistakes.Mistake | None
    unchecked: bool
    """Uploaded without a pre-check, as happens at five in the afternoon."""
    forgotten: bool
    """Discharge is tried before the admission time was changed to that of ward entry."""
    rounds: int = 0
    returned: bool = False
    submitted: bool = False
    drg: tuple = ("", "")
    cost: Decimal = Decimal(0)
    estimate: Decimal | None = None
    findings: list = field(default_factory=list)

    @property
    def info(self):
        return self.record["setlinfo"]

    @property
    def setl_id(self):
        return self.info["setl_id"]


class Hospital:
    def __init__(self, station, show, patients, month, workers):
        self.station, self.show, self.patients, self.month = station, show, patients, month
        self.workers = workers
        self.journal = station.journal
        self.example = False
        self.before = None
        self.objections = 0
        self.totals = {}

    def each(self, title, patients, step):
        """Does a step for every patient, several at a time, with a bar."""
        with self.show.bar(title, len(patients)) as advance, ThreadPoolExecutor(self.workers) as pool:
            def one(patient):
                step(patient)
                advance()
            # list() hands on what a step raised / 步骤中的异常在此抛出
            list(pool.map(one, patients))

    # -- 一天 / the day ------------------------------------------------------

    def sign_in(self):
        reply = self.station.expect("签到 sign in", "session/sign-in",
                                    {"opter_no": "SIM-OP-1", "mac": "02-00-00-00-00-01", "ip": "127.0.0.1"})
        self.sign_no = reply.data.get("sign_no", "")
        self.before = self.books()

    def sign_out(self):
        self.station.expect("签退 sign out", "session/sign-out", {"sign_no": self.sign_no, "opter_no": "SIM-OP-1"})

    def discharge(self, patient):
        """出院办理校验：入院时间须先变更为入科时间 / the admission time has to be the ward's first."""
        ward = patient.info["adm_time"]
        stay = {"mdtrt_id": patient.info["mdtrt_id"], "ward_entry_time": ward}
        if patient.forgotten:
            self.station.expect(f"{patient.info['medcasno']} 未变更入院时间 admission not changed",
                                "hospital/discharge-guard", stay, 409)
        self.station.expect(f"{patient.info['medcasno']} 出院办理 discharge", "hospital/discharge-guard",
                            stay | {"adm_change": {"done": True, "new_time": ward}})

    def check(self, patient):
        """事前质控，按发现更正后再查 / pre-check, corrected by the findings and checked again."""
        for round_number in range(ROUNDS + 1):
            reply = self.station.call("qc/pre-check", patient.entered)
            if reply.status == 200 and reply.data["qltctrl_rslt"] == "1":
                if round_number == 0 and patient.mistake:
                    self.surprise(patient, "差错未被发现 the mistake was not noticed")
                self.keep(patient, reply.data)
                patient.rounds = round_number
                return
            if round_number == 0 and not self.blames(patient, reply):
                self.surprise(patient, f"未按预期答复 not answered as expected: {said(reply)}")
            places = self.places(patient, reply)
            mistakes.correct(patient.entered, patient.record, places, whole_nodes=round_number > 0)
        self.surprise(patient, "更正后仍未通过 still refused after corrections")

    def upload(self, patient):
        """上传并提交 / upload and submit; an unchecked list with a mistake comes back in state 3."""
        wrong = patient.unchecked and patient.mistake
        if wrong and patient.mistake.rule is None:
            # 数据结构不符的连上传也不被接受 / what breaks the shapes is not even taken
            reply = self.submit(patient, 422)
            places = [place.removeprefix("/input") for place in reply.pointers()]
            mistakes.correct(patient.entered, patient.record, places)
            patient.rounds, wrong = 1, None
        reply = self.submit(patient)
        if reply.status != 200:
            return
        self.settled(patient, reply.data, "3" if wrong else "1")

    def resubmit(self, patient):
        """按质控结果查询更正被退回的清单 / a returned list is corrected by what qc.results tells."""
        query = {"setl_ym": self.month, "setl_id": patient.setl_id}
        reply = self.station.expect("质控结果查询 qc results", "qc/results", query)
        rows = reply.data.get("rows", [])
        details = rows[0]["detl_list"] if rows else []
        rule = patient.mistake.rule if patient.mistake else None
        if rule and not any(detail["rule_id"] == rule for detail in details):
            self.surprise(patient, f"质控结果未列出 {rule} is not among the results")
        wrong = [mistakes.pointer(detail["exam_data_fld"]) for detail in details if detail["err_lv"] == "3"]
        for patient.rounds in range(1, ROUNDS + 1):
            mistakes.correct(patient.entered, patient.record, wrong, whole_nodes=patient.rounds > 1)
            reply = self.submit(patient)
            if reply.status != 200 or reply.data["stas_type"] == "1":
                break
        if reply.status == 200:
            self.settled(patient, reply.data, "1")

    def query(self, patient):
        """逐份核对上传情况 / every list is there as it was sent."""
        reply = self.station.expect("清单上传查询 upload", "settlement-lists/uploads", {"setl_id": patient.setl_id})
        if reply.status == 200 and reply.data["stas_type"] != "1":
            self.surprise(patient, f"状态 state {reply.data['stas_type']}")

    # -- 其他 / the rest -----------------------------------------------------

    def submit(self, patient, status=200):
        what = f"{patient.info['medcasno']} 上传 upload"
        body = {"report": "4101", "submit": True, "input": patient.entered}
        return self.station.expect(what, "reports", body, status)

    def settled(self, patient, answer, state):
        if answer["stas_type"] != state:
            self.surprise(patient, f"状态应为 state expected {state}，实为 got {answer['stas_type']}")
        if answer["stas_type"] == "1":
            self.keep(patient, answer)
            patient.submitted = True
        else:
            patient.returned = True
            patient.findings += answer["findings"]

    def keep(self, patient, answer):
        grouping, estimate = answer.get("grouping") or {}, answer.get("estimate")
        patient.drg = (grouping.get("drg_code") or "", grouping.get("drg_name") or "")
        patient.estimate = Decimal(estimate["pay_std"]) if estimate else None
        self.example = self.example or bool(estimate and estimate["example"])

    def blames(self, patient, reply):
        """Whether a refusal names what was done wrong."""
        if patient.mistake is None:
            return False
        if patient.mistake.rule is None:
            return reply.status == 422
        return reply.status == 200 and any(
            finding["rule_id"] == patient.mistake.rule for finding in reply.data["findings"]
        )

    def places(self, patient, reply):
        if reply.status != 200:
            return reply.pointers()
        patient.findings += reply.data["findings"]
        return [finding["pointer"] for finding in reply.data["findings"] if finding["severity"] == "error"]

    def surprise(self, patient, what):
        self.journal.surprise(f"{patient.info['medcasno']}（{patient.mistake.zh if patient.mistake else '无差错'}）{what}")

    def books(self):
        """Cases and total cost of the month at the centre."""
        reply = self.station.expect("费用摘要 fee summary", "groupings/fee-summary",
                                    {"setl_ym": self.month, "level": "hospital"})
        rows = reply.data.get("rows", [])
        if not rows:
            return 0, Decimal(0)
        return int(rows[0]["setl_psntime"]), Decimal(rows[0]["medfee_sumamt"])


def said(reply):
    """What a pre-check answered, in a line."""
    if reply.status != 200:
        return reply.text()
    return "；".join(f"{finding['rule_id']} {finding['message']}" for finding in reply.data["findings"][:3])


def admit(lists, share, seed):
    """The patients of the day; which lists are filled in wrongly is decided by the seed.

    Of the wrong ones every fourth skips the pre-check, of the others every tenth.
    """
    rng = random.Random(seed)
    patients, wrong, right = [], 0, 0
    for record in lists:
        if rng.random() < share:
            entered, mistake = mistakes.plant(record, rng)
            wrong += 1
            unchecked = wrong % 4 == 2
        else:
            entered, mistake = record, None
            right += 1
            unchecked = right % 10 == 5
        patients.append(Patient(record, entered, mistake, unchecked, forgotten=rng.random() < 0.1,
                                cost=records.cost(record)))
    return patients
