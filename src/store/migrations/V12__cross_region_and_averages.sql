-- Cases whose patients are insured in another pooling area: priced here, in bills of their
-- own, and decided there. The institution leads the key; one bill is an institution's month,
-- insured area and insurance type, the sum of its rows.
CREATE TABLE cross_region_cases (
    fixmedins_code text NOT NULL,
    setl_id        text NOT NULL,
    setl_ym        text NOT NULL,
    insu_admdvs    text NOT NULL,            -- division of the insured area
    insutype       text NOT NULL,
    district       text NOT NULL,            -- of the institution
    department     text NOT NULL,
    drg_code       text NOT NULL,
    drg_name       text NOT NULL,
    grp_ver        text NOT NULL,
    profile        text NOT NULL,
    version        text NOT NULL,            -- of the parameters
    method         text NOT NULL,
    formula        text NOT NULL,
    case_type      text NOT NULL,
    ledger         text NOT NULL,            -- JSON, the calculation line by line
    weight         numeric,
    points_e4      bigint,
    payable_fen    bigint NOT NULL,          -- at the value of the insured area
    cost_fen       bigint NOT NULL,
    others_fen     bigint NOT NULL,          -- paid by the patient and other payers
    special        boolean NOT NULL,
    setl_date      date NOT NULL,
    -- FROZEN: on its way; ACKNOWLEDGED, NOT_TAKEN: what the provincial system answered;
    -- ACCEPTED, ADJUSTED, REFUSED: what the insured area decided.
    state          text NOT NULL CHECK (state IN ('FROZEN', 'ACKNOWLEDGED', 'NOT_TAKEN',
                                                  'ACCEPTED', 'ADJUSTED', 'REFUSED')),
    agreed_fen     bigint,                   -- of the fund's part, payable - others
    reason         text NOT NULL,
    decided_at     timestamptz,
    decided_by     text,
    PRIMARY KEY (fixmedins_code, setl_id),
    CHECK ((agreed_fen IS NULL) = (decided_at IS NULL))
);
CREATE INDEX cross_region_cases_month
    ON cross_region_cases (setl_ym, fixmedins_code, insu_admdvs, insutype, setl_id);

-- Days in hospital, for averages of a group.
ALTER TABLE frozen_cases ADD COLUMN days integer;

-- What the closed months tell of a group: the area's, small, and added up for averages.
CREATE TABLE group_months (
    setl_ym  text NOT NULL,
    grp_ver  text NOT NULL,
    drg_code text NOT NULL,
    cases    bigint NOT NULL,
    cost_fen bigint NOT NULL,
    stays    bigint NOT NULL,                -- cases whose days are known
    days     bigint NOT NULL,
    PRIMARY KEY (setl_ym, grp_ver, drg_code)
);
INSERT INTO group_months
SELECT c.setl_ym, c.grp_ver, c.drg_code, COUNT(*), SUM(c.cost_fen)::bigint, 0, 0
FROM frozen_cases c JOIN settlement_months m ON m.setl_ym = c.setl_ym AND m.state = 'BILLED'
GROUP BY 1, 2, 3;
