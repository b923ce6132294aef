"""编入真值 / weaving real values into generated data.

Data made out of a schema alone meets nothing: every number of a list is unknown. So half
of the data carries values that the run has met before, and half of the lists are laid over
a good one, which gets them past the first fault.
"""

import collections
import random

# 清单所在处 / where the settlement list is: the data itself, or a member.
LIST_AT = {"qc.pre-check": [], "stay.audit-view": [], "reports.submit": ["input"]}
LISTED = ("4101", "4101A")
MET = {
    "appy_chk_setl_list_id",
    "clr_appy_evt_id",
    "drg_code",
    "fixmedins_code",
    "input_digest",
    "opter_no",
    "psn_no",
    "setl_id",
    "setl_list_id",
    "sign_no",
}
SAME = {"fixmedinsCode": "fixmedins_code", "setl_list_sn": "setl_list_id", "clrYm": "setl_ym"}


class Weaver:
    def __init__(self, seed, month, scheme):
        self.draw = random.Random(seed)
        self.met = collections.defaultdict(lambda: collections.deque(maxlen=16))
        self.met["setl_ym"].append(month)
        self.met["grp_ver"].append(scheme)
        self.lists = []

    def meet(self, data):
        """Remembers what an answer or a list names."""
        if isinstance(data, list):
            for each in data[:16]:
                self.meet(each)
        elif isinstance(data, dict):
            for name, value in data.items():
                if name in MET and isinstance(value, str) and value not in self.met[name]:
                    self.met[name].append(str(value))
                elif isinstance(value, (dict, list)):
                    self.meet(value)

    def weave(self, operation, data):
        if self.draw.random() < 0.5:
            return data
        if operation in LIST_AT:
            return self.listed(data, LIST_AT[operation])
        return self.known(data)

    def known(self, data):
        if isinstance(data, list):
            return [self.known(each) for each in data]
        if not isinstance(data, dict):
            return data
        return {name: self.value(name, value) for name, value in data.items()}

    def value(self, name, value):
        met = self.met.get(SAME.get(name, name))
        if isinstance(value, str) and met and self.draw.random() < 0.8:
            return self.draw.choice(met)
        return self.known(value)

    def listed(self, data, path):
        if not path:
            return laid_over(self.draw.choice(self.lists), data)
        if not isinstance(data, dict) or data.get("report") not in LISTED:
            return self.known(data)
        return data | {path[0]: self.listed(data.get(path[0]), path[1:])}


def laid_over(base, top):
    if not isinstance(base, dict) or not isinstance(top, dict):
        return top
    return base | {name: laid_over(base.get(name), value) for name, value in top.items()}
