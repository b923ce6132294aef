-- The month: frozen cases, batches, bills, entries, special cases. The institution leads
-- every key of an institution's data; what belongs to the pooling area as a whole
-- (settlement_months, settlement_pools) is small and can be a reference table.

-- State of the area's month. OPEN: institutions freeze; VALUED: the value of a point is
-- fixed and bills are being made; BILLED: every bill is there and the pools are closed.
CREATE TABLE settlement_months (
    setl_ym        text PRIMARY KEY,
    state          text NOT NULL CHECK (state IN ('OPEN', 'VALUED', 'BILLED')),
    profile        text NOT NULL,
    profile_digest text NOT NULL,
    example        boolean NOT NULL,         -- the profile's values are no settlement notice
    deposit        numeric NOT NULL,         -- rules of the statements, as they stood then
    pays_monthly   boolean NOT NULL,
    valued_at      timestamptz,
    valued_by      text,
    billed_at      timestamptz
);

-- The fund of one insurance type in a month: budget = payable - others + residue.
CREATE TABLE settlement_pools (
    setl_ym     text NOT NULL,
    insutype    text NOT NULL,
    budget_fen  bigint NOT NULL,
    value       numeric,                     -- of a point; none where no case has points
    cases       bigint NOT NULL,
    points_e4   bigint NOT NULL,             -- ten-thousandths of a point
    fixed_fen   bigint NOT NULL,
    cost_fen    bigint NOT NULL,
    others_fen  bigint NOT NULL,
    payable_fen bigint,
    residue_fen bigint,
    PRIMARY KEY (setl_ym, insutype)
);

-- A hospital's application for the reconciliation of a month.
CREATE TABLE month_applications (
    fixmedins_code  text NOT NULL,
    setl_ym         text NOT NULL,
    number          integer NOT NULL,
    clr_appy_evt_id text NOT NULL,
    state           text NOT NULL CHECK (state IN ('APPLIED', 'WITHDRAWN', 'RETURNED', 'FROZEN')),
    psntime         bigint NOT NULL,
    medfee_fen      bigint NOT NULL,
    applied_at      timestamptz NOT NULL,
    applied_by      text NOT NULL,
    decided_at      timestamptz,
    decided_by      text,
    reason          text,
    PRIMARY KEY (fixmedins_code, setl_ym, number)
);
CREATE INDEX month_applications_open ON month_applications (setl_ym) WHERE state = 'APPLIED';

-- A frozen case: what it was priced with. Only payable_fen comes later, once.
CREATE TABLE frozen_cases (
    fixmedins_code text NOT NULL,
    setl_id        text NOT NULL,
    setl_ym        text NOT NULL,
    insutype       text NOT NULL,
    district       text NOT NULL,
    department     text NOT NULL,
    drg_code       text NOT NULL,
    drg_name       text NOT NULL,
    grp_ver        text NOT NULL,
    profile        text NOT NULL,
    version        text NOT NULL,            -- of the parameters
    method         text NOT NULL,
    formula        text NOT NULL,
    case_type      text NOT NULL,
    weight         numeric,
    points_e4      bigint,
    fixed_fen      bigint,
    cost_fen       bigint NOT NULL,
    others_fen     bigint NOT NULL,          -- paid by the patient and other payers
    special        boolean NOT NULL,         -- the amount is a special case's decision
    setl_date      date NOT NULL,
    ledger         text NOT NULL,            -- JSON, the calculation line by line
    payable_fen    bigint,
    PRIMARY KEY (fixmedins_code, setl_id),
    CHECK ((points_e4 IS NULL) <> (fixed_fen IS NULL))
);
CREATE INDEX frozen_cases_month ON frozen_cases (setl_ym, fixmedins_code, insutype, setl_id);

-- A batch: one institution, month and insurance type (a row of transaction 9201).
CREATE TABLE monthly_batches (
    fixmedins_code  text NOT NULL,
    setl_ym         text NOT NULL,
    insutype        text NOT NULL,
    batch_id        text NOT NULL,           -- feeClrId
    clr_appy_evt_id text NOT NULL,
    district        text NOT NULL,
    state           text NOT NULL,
    version         integer NOT NULL,        -- number of its last event
    failures        integer NOT NULL,        -- failed payments
    due_fen         bigint,                  -- to be transferred by the bill
    reconciled_fen  bigint,
    frozen_at       timestamptz NOT NULL,
    frozen_by       text NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_ym, insutype)
);
CREATE INDEX monthly_batches_month ON monthly_batches (setl_ym, fixmedins_code, insutype);

-- What moved a batch: append-only, each event with the SM3 of itself and the one before.
CREATE TABLE batch_events (
    fixmedins_code text NOT NULL,
    setl_ym        text NOT NULL,
    insutype       text NOT NULL,
    number         integer NOT NULL,
    action         text NOT NULL,
    from_state     text NOT NULL,
    to_state       text NOT NULL,
    amount_fen     bigint,
    reference      text NOT NULL,            -- request id, receipt or voucher number
    digest         text NOT NULL,
    reason_code    text NOT NULL,
    reason         text NOT NULL,
    opter_id       text NOT NULL,
    role           text NOT NULL,
    app_id         text NOT NULL,
    at             timestamptz NOT NULL,
    prev_hash      text NOT NULL,
    hash           text NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_ym, insutype, number)
);

-- The bill of a batch:
-- booked - deductions + differences - carried_in - deposit - offset = transfer + carried
-- (where money moves monthly; else transfer is 0 and the month is a book entry).
CREATE TABLE monthly_bills (
    fixmedins_code  text NOT NULL,
    setl_ym         text NOT NULL,
    insutype        text NOT NULL,
    cases           bigint NOT NULL,
    value           numeric,
    points_e4       bigint NOT NULL,
    fixed_fen       bigint NOT NULL,
    cost_fen        bigint NOT NULL,
    others_fen      bigint NOT NULL,
    payable_fen     bigint NOT NULL,
    booked_fen      bigint NOT NULL,
    deductions_fen  bigint NOT NULL,
    differences_fen bigint NOT NULL,
    carried_in_fen  bigint NOT NULL,
    deposit_fen     bigint NOT NULL,
    offset_fen      bigint NOT NULL,
    transfer_fen    bigint NOT NULL,
    carried_fen     bigint NOT NULL,
    billed_at       timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_ym, insutype)
);

-- Its lines by department and group.
CREATE TABLE bill_lines (
    fixmedins_code text NOT NULL,
    setl_ym        text NOT NULL,
    insutype       text NOT NULL,
    department     text NOT NULL,
    drg_code       text NOT NULL,
    drg_name       text NOT NULL,
    cases          bigint NOT NULL,
    points_e4      bigint NOT NULL,
    fixed_fen      bigint NOT NULL,
    cost_fen       bigint NOT NULL,
    others_fen     bigint NOT NULL,
    payable_fen    bigint NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_ym, insutype, department, drg_code)
);

-- Amounts beside the cases. ADVANCE: paid in advance, set off month by month; DEDUCTION:
-- against the hospital; DIFFERENCE: a correction of a frozen month, positive in favour of
-- the hospital; CARRIED: what a bill left the hospital owing. All but the first enter the
-- next bill, whose month stands in billed_ym.
CREATE TABLE bill_entries (
    fixmedins_code text NOT NULL,
    entry_id       text NOT NULL,
    insutype       text NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('ADVANCE', 'DEDUCTION', 'DIFFERENCE', 'CARRIED')),
    amount_fen     bigint NOT NULL CHECK (amount_fen <> 0),
    reason_code    text NOT NULL,
    reason         text NOT NULL,
    of_setl_ym     text,                     -- the month it corrects
    setl_id        text,                     -- the case it corrects
    billed_ym      text,
    app_id         text NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, entry_id)
);
CREATE INDEX bill_entries_open ON bill_entries (fixmedins_code, insutype) WHERE billed_ym IS NULL;

-- Special-case review (3601-3604).
CREATE TABLE special_cases (
    fixmedins_code        text NOT NULL,
    appy_chk_setl_list_id text NOT NULL,
    setl_id               text NOT NULL,
    setl_ym               text NOT NULL,
    vali_flag             smallint NOT NULL, -- 0: withdrawn by the hospital
    state                 text NOT NULL,
    version               integer NOT NULL,
    round                 integer NOT NULL,  -- of the panel; 2 after an appeal
    exit_type             text NOT NULL,
    exit_rea              text NOT NULL,
    evidence              text NOT NULL,     -- digest of the documents
    drg_codg              text NOT NULL,
    drg_name              text NOT NULL,
    pay_std_fen           bigint,
    cost_fen              bigint NOT NULL,
    asked_fen             bigint NOT NULL,   -- exit_fund_payamt
    approved_fen          bigint,
    declared_at           timestamptz NOT NULL,
    decided_at            timestamptz,
    updt_time             timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, appy_chk_setl_list_id)
);
CREATE UNIQUE INDEX special_cases_list ON special_cases (fixmedins_code, setl_id) WHERE vali_flag = 1;
CREATE INDEX special_cases_month ON special_cases (setl_ym, fixmedins_code);
CREATE INDEX special_cases_id ON special_cases (appy_chk_setl_list_id);

-- What was said on it: number counts all opinions of the case. A panel member stands here
-- from the day it is named; drg_dip_exit_opnn_type is empty until it speaks.
CREATE TABLE special_opinions (
    fixmedins_code         text NOT NULL,
    appy_chk_setl_list_id  text NOT NULL,
    number                 integer NOT NULL,
    round                  integer NOT NULL,
    role                   text NOT NULL,
    app_id                 text NOT NULL,
    institution            text NOT NULL,    -- of an expert
    drg_dip_exit_opnn_type text NOT NULL,    -- the action
    amount_fen             bigint,
    opnn                   text NOT NULL,
    opnn_time              timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, appy_chk_setl_list_id, number)
);
