-- The year: pre-clearing and clearing of the funds. The institution leads every key of an
-- institution's data; clearings, clearing_funds and clearing_events are the pooling area's,
-- small, and can be reference tables.

-- One proposal. The last number of a year and stage is the one that counts; earlier ones
-- stay as they are. It is being made until prepared_at.
CREATE TABLE clearings (
    year        text NOT NULL,
    stage       text NOT NULL CHECK (stage IN ('PRE_CLEARING', 'CLEARING')),
    number      integer NOT NULL,
    state       text NOT NULL,
    version     integer NOT NULL,            -- number of its last event
    rules       text NOT NULL,               -- JSON, as they stood when it was proposed
    example     boolean NOT NULL,            -- a month of it was priced with example values
    digest      text NOT NULL,               -- SM3 over funds and institutions; once prepared
    proposed_at timestamptz NOT NULL,
    proposed_by text NOT NULL,
    opter_id    text NOT NULL,               -- the person who proposed it
    prepared_at timestamptz,
    PRIMARY KEY (year, stage, number)
);
CREATE INDEX clearings_waiting ON clearings (year, stage, number) WHERE prepared_at IS NULL;

-- A fund: budget = reserve + cross_region + due + residue, and
-- budget - reserve - cross_region = final + kept.
CREATE TABLE clearing_funds (
    year             text NOT NULL,
    stage            text NOT NULL,
    number           integer NOT NULL,
    insutype         text NOT NULL,
    budget_fen       bigint NOT NULL,
    reserve_fen      bigint NOT NULL,
    cross_region_fen bigint NOT NULL,        -- spent on cases elsewhere
    value            numeric,                -- of a point; none where no case has points
    due_fen          bigint NOT NULL DEFAULT 0,
    incentive_fen    bigint NOT NULL DEFAULT 0,
    withheld_fen     bigint NOT NULL DEFAULT 0,
    adjusted_fen     bigint NOT NULL DEFAULT 0,
    final_fen        bigint NOT NULL DEFAULT 0,
    transfer_fen     bigint NOT NULL DEFAULT 0,
    residue_fen      bigint NOT NULL DEFAULT 0,
    kept_fen         bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (year, stage, number, insutype)
);

-- The monthly batches that entered.
CREATE TABLE clearing_batches (
    fixmedins_code text NOT NULL,
    year           text NOT NULL,
    stage          text NOT NULL,
    number         integer NOT NULL,
    setl_ym        text NOT NULL,
    insutype       text NOT NULL,
    PRIMARY KEY (fixmedins_code, year, stage, number, setl_ym, insutype)
);

-- An institution's year in a fund. What is known from its bills stands here when it is
-- proposed, the rest once it is cleared:
-- due = payable - others; final = due + incentive - withheld + adjusted;
-- adjusted = special + tcm + new_technology + differences + settled - violations - deductions;
-- transfer = final - advances - paid - carried.
CREATE TABLE clearing_hospitals (
    fixmedins_code     text NOT NULL,
    year               text NOT NULL,
    stage              text NOT NULL,
    number             integer NOT NULL,
    insutype           text NOT NULL,
    district           text NOT NULL,
    months             bigint NOT NULL,
    cases              bigint NOT NULL,
    points_e4          bigint NOT NULL,
    fixed_fen          bigint NOT NULL,
    cost_fen           bigint NOT NULL,
    others_fen         bigint NOT NULL,
    deductions_fen     bigint NOT NULL,
    differences_fen    bigint NOT NULL,
    deposit_fen        bigint NOT NULL,
    advances_fen       bigint NOT NULL,      -- set off in the year's bills
    paid_fen           bigint NOT NULL,
    carried_fen        bigint NOT NULL,      -- settled with the bills before and after the year
    score              numeric,              -- of the assessment
    special_fen        bigint NOT NULL,
    tcm_fen            bigint NOT NULL,
    new_technology_fen bigint NOT NULL,
    violations_fen     bigint NOT NULL,
    settled_fen        bigint NOT NULL DEFAULT 0, -- what disputes were settled with
    special_cases      bigint NOT NULL DEFAULT 0, -- bound to the year's batches; part of fixed
    special_bound_fen  bigint NOT NULL DEFAULT 0,
    payable_fen        bigint NOT NULL DEFAULT 0,
    due_fen            bigint NOT NULL DEFAULT 0,
    incentive_fen      bigint NOT NULL DEFAULT 0,
    withheld_fen       bigint NOT NULL DEFAULT 0,
    adjusted_fen       bigint NOT NULL DEFAULT 0,
    final_fen          bigint NOT NULL DEFAULT 0,
    transfer_fen       bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (fixmedins_code, year, stage, number, insutype)
);
CREATE INDEX clearing_hospitals_clearing
    ON clearing_hospitals (year, stage, number, fixmedins_code, insutype);

-- Its cases by group, at the value of the year.
CREATE TABLE clearing_lines (
    fixmedins_code text NOT NULL,
    year           text NOT NULL,
    stage          text NOT NULL,
    number         integer NOT NULL,
    insutype       text NOT NULL,
    drg_code       text NOT NULL,
    drg_name       text NOT NULL,
    cases          bigint NOT NULL,
    points_e4      bigint NOT NULL,
    fixed_fen      bigint NOT NULL,
    cost_fen       bigint NOT NULL,
    others_fen     bigint NOT NULL,
    payable_fen    bigint NOT NULL,
    PRIMARY KEY (fixmedins_code, year, stage, number, insutype, drg_code)
);

-- Whether an institution has confirmed its year.
CREATE TABLE clearing_confirmations (
    fixmedins_code text NOT NULL,
    year           text NOT NULL,
    stage          text NOT NULL,
    number         integer NOT NULL,
    state          text NOT NULL CHECK (state IN ('PENDING', 'CONFIRMED', 'DISPUTED')),
    digest         text NOT NULL,            -- SM3 over its amounts and lines; once cleared
    PRIMARY KEY (fixmedins_code, year, stage, number)
);

-- What moved a clearing: append-only, each event with the SM3 of itself and the one before.
CREATE TABLE clearing_events (
    year           text NOT NULL,
    stage          text NOT NULL,
    clearing       integer NOT NULL,         -- number of the clearing
    number         integer NOT NULL,
    fixmedins_code text NOT NULL,            -- whose confirmation or dispute it is, or empty
    action         text NOT NULL,
    from_state     text NOT NULL,
    to_state       text NOT NULL,
    amount_fen     bigint,
    reference      text NOT NULL,
    digest         text NOT NULL,
    reason_code    text NOT NULL,
    reason         text NOT NULL,
    opter_id       text NOT NULL,
    role           text NOT NULL,
    app_id         text NOT NULL,
    at             timestamptz NOT NULL,
    prev_hash      text NOT NULL,
    hash           text NOT NULL,
    PRIMARY KEY (year, stage, clearing, number)
);
