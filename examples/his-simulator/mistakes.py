"""填报差错与更正 / the mistakes of those who fill in lists, and how they are put right.

A mistake is planted in a copy of the record and names the rule that has to notice it.
Correcting knows neither: it goes to the places that the gateway's findings name and enters
them again from the record, as a person does with the paper beside the screen.
"""

import copy
import re


class Mistake:
    """One kind: what it is, who has to notice it (None: the shape check), how it is made."""

    def __init__(self, zh, en, rule, plant, possible=lambda entered: True):
        self.zh, self.en, self.rule = zh, en, rule
        self.plant, self.possible = plant, possible


def blank(name):
    return lambda entered, rng: entered["setlinfo"].pop(name)


def written(name, value):
    return lambda entered, rng: entered["setlinfo"].update({name: value})


def swapped_times(entered, rng):
    info = entered["setlinfo"]
    info["adm_time"], info["dscg_time"] = info["dscg_time"], info["adm_time"]


def mistyped_certificate(entered, rng):
    # 末位校验码改为另一个 / another check digit: the rest no longer fits it
    number = entered["setlinfo"]["certno"]
    others = [digit for digit in "0123456789" if digit != number[-1]]
    entered["setlinfo"]["certno"] = number[:-1] + rng.choice(others)


def diagnosis_twice(entered, rng):
    entered["diseinfo"].append(copy.deepcopy(entered["diseinfo"][-1]))


def unknown_diagnosis(entered, rng):
    rng.choice(entered["diseinfo"])["diag_code"] = "K99.999"


def second_principal(entered, rng):
    entered["diseinfo"][-1]["maindiag_flag"] = "1"


def wrong_age(entered, rng):
    entered["setlinfo"]["age"] = int(entered["setlinfo"]["age"]) + 10


KINDS = [
    Mistake("缺主诊医师姓名", "physician's name missing", "QC-INT-045", blank("chfpdr_name")),
    Mistake("缺出院科别", "department missing", "QC-INT-021", blank("dscg_caty")),
    Mistake("缺医保编号", "insurance number missing", "QC-INT-044", blank("hi_no")),
    Mistake("性别代码错误", "sex is no code", "QC-FMT-001", written("gend", "3")),
    Mistake("离院方式代码错误", "way of discharge is no code", "QC-FMT-025", written("dscg_way", "7")),
    Mistake("科别代码不存在", "no such department", "QC-COD-020", written("dscg_caty", "ZZZ")),
    Mistake("证件号录错一位", "a digit of the certificate", "QC-FMT-006", mistyped_certificate),
    Mistake("入出院时间颠倒", "admission and discharge swapped", "QC-TIM-001", swapped_times),
    Mistake("诊断编码不存在", "no such diagnosis", "QC-COD-001", unknown_diagnosis),
    Mistake("住院天数写成文字", "days of stay in words", "QC-TIM-009", written("act_ipt_days", "七天")),
    Mistake("多出一个字段", "a field that does not exist", None, written("gender", "1")),
    Mistake(
        "诊断重复", "a diagnosis twice", "QC-LOG-002", diagnosis_twice,
        lambda entered: len(entered["diseinfo"]) > 1,
    ),
    Mistake(
        "两个主要诊断", "two principal diagnoses", "QC-LOG-001", second_principal,
        lambda entered: len(entered["diseinfo"]) > 1,
    ),
    Mistake(
        "年龄与出生日期不符", "age does not fit the birth date", "QC-TIM-005", wrong_age,
        lambda entered: int(entered["setlinfo"].get("age", 0)) > 1,
    ),
]


def plant(record, rng):
    """A copy of the record with one mistake, and the mistake."""
    entered = copy.deepcopy(record)
    kind = rng.choice([kind for kind in KINDS if kind.possible(entered)])
    kind.plant(entered, rng)
    return entered, kind


def correct(entered, record, pointers, whole_nodes=False):
    """Enters again what stands at the pointers; whole nodes of the list when that was not enough."""
    for pointer in pointers:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        restore(entered, record, steps[:1] if whole_nodes else steps)


def restore(entered, record, steps):
    """Makes `entered` equal to `record` at the place that the steps lead to."""
    for depth, step in enumerate(steps):
        last = depth + 1 == len(steps)
        in_entered, in_record = held(entered, step), held(record, step)
        if not in_record:
            # 记录中没有的内容删除 / what the record does not have is taken out
            if in_entered:
                del entered[key(entered, step)]
            return
        if last or not in_entered:
            put(entered, step, copy.deepcopy(record[key(record, step)]))
            return
        entered, record = entered[key(entered, step)], record[key(record, step)]


def key(node, step):
    return int(step) if isinstance(node, list) else step


def held(node, step):
    if isinstance(node, list):
        return step.isdigit() and int(step) < len(node)
    return isinstance(node, dict) and step in node


def put(node, step, value):
    if isinstance(node, list) and int(step) >= len(node):
        node.append(value)
    else:
        node[key(node, step)] = value


def pointer(field):
    """`diseinfo[2].diag_code`, as qc.results names a field, as a JSON Pointer."""
    return "/" + re.sub(r"\[(\d+)\]", r"/\1", field).replace(".", "/")
