-- Lists: what their states, their reports and the queries over a month need. Rows that an
-- older release stored have no person, no digest and no month of QC until they are
-- uploaded or checked again; the month is filled here.
ALTER TABLE settlement_lists
    ADD COLUMN layout       text NOT NULL DEFAULT 'full' CHECK (layout IN ('full', 'thin')),
    ADD COLUMN person       bytea,            -- psn_no, name, certificate; sealed with SM4-GCM
    ADD COLUMN psn_no_hash  text,             -- HMAC-SM3 under the master key
    ADD COLUMN input_digest text NOT NULL DEFAULT '',  -- SM3 of what grouping looks at
    ADD COLUMN frozen_batch text;             -- monthly batch that froze the list
DROP INDEX settlement_lists_month;
CREATE INDEX settlement_lists_month ON settlement_lists (setl_ym, fixmedins_code, stas_type);
CREATE INDEX settlement_lists_setl_id ON settlement_lists (setl_id);
CREATE INDEX settlement_lists_person ON settlement_lists (psn_no_hash, setl_ym)
    WHERE psn_no_hash IS NOT NULL;

ALTER TABLE settlement_records ADD COLUMN setl_ym text NOT NULL DEFAULT '';
UPDATE settlement_records SET setl_ym = to_char(received_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM');
CREATE INDEX settlement_records_month ON settlement_records (setl_ym, fixmedins_code, setl_id)
    WHERE source = 'core';

-- err_lv: 0 none, 1 info, 2 warning, 3 error; retn_flag: 1 returned to the hospital.
ALTER TABLE qc_results
    ADD COLUMN setl_ym   text NOT NULL DEFAULT '',
    ADD COLUMN err_lv    smallint NOT NULL DEFAULT 0,
    ADD COLUMN retn_flag smallint NOT NULL DEFAULT 0;
UPDATE qc_results q SET setl_ym = l.setl_ym, err_lv = CASE q.qltctrl_rslt WHEN 0 THEN 3 ELSE 0 END,
    retn_flag = CASE l.stas_type WHEN 3 THEN 1 ELSE 0 END
FROM settlement_lists l WHERE l.fixmedins_code = q.fixmedins_code AND l.setl_id = q.setl_id;
-- A page of a month is cut from this index alone.
CREATE INDEX qc_results_month ON qc_results (setl_ym, fixmedins_code, setl_id)
    INCLUDE (run, err_lv, retn_flag) WHERE vali_flag = 1;

ALTER TABLE groupings ADD COLUMN ccmcc text NOT NULL DEFAULT '';

-- Answers may hold patient data, so they are sealed; `answer` stays for rows of the
-- release before until they expire.
ALTER TABLE idempotency ADD COLUMN sealed_answer bytea;

-- Front pages of medical records (4401), sealed whole.
CREATE TABLE front_pages (
    fixmedins_code text NOT NULL,
    mdtrt_sn       text NOT NULL,
    revision       integer NOT NULL,
    body           bytea NOT NULL,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, mdtrt_sn)
);

-- Decisions of county and city on lists.
CREATE TABLE list_reviews (
    fixmedins_code text NOT NULL,
    setl_id        text NOT NULL,
    review         integer NOT NULL,
    stas_type      smallint NOT NULL CHECK (stas_type IN (2, 3)),
    reason         text NOT NULL,
    app_id         text NOT NULL,
    role           text NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_id, review)
);

-- Official grouping results as the city reported them. Frozen is no state of its own
-- here: a case is frozen when its list is.
CREATE TABLE reported_groupings (
    fixmedins_code text NOT NULL,
    setl_id        text NOT NULL,
    sequence       integer NOT NULL CHECK (sequence > 0),
    setl_ym        text NOT NULL,
    batch_no       text NOT NULL,
    setl_list_sn   text NOT NULL,
    grp_ver        text NOT NULL,
    grp_spec_ver   text NOT NULL,
    place_grp_ver  text NOT NULL,
    mdc_codg       text NOT NULL,
    adrg_code      text NOT NULL,
    drg_code       text NOT NULL,
    drg_name       text NOT NULL,
    place_drg_codg text NOT NULL,
    ccmcc          text NOT NULL,
    grp_rslt       smallint NOT NULL CHECK (grp_rslt IN (0, 1)),
    grp_time       timestamptz NOT NULL,
    input_digest   text NOT NULL,
    weight         numeric(12,4),
    medfee_fen     bigint NOT NULL,
    pay_std_fen    bigint,
    state          text NOT NULL CHECK (state IN ('REPORTED', 'VERIFIED', 'VERIFY_FAILED', 'REVOKED')),
    reported_at    timestamptz NOT NULL,
    reported_by    text NOT NULL,
    verified_at    timestamptz,
    verified_by    text,
    revoked_at     timestamptz,
    revoked_by     text,
    reason_code    smallint,
    reason         text,
    PRIMARY KEY (fixmedins_code, setl_id, sequence)
);
CREATE INDEX reported_groupings_month ON reported_groupings (setl_ym, fixmedins_code)
    WHERE state <> 'REVOKED';
CREATE INDEX reported_groupings_setl_id ON reported_groupings (setl_id);

-- batch_no is unique per reporter and month.
CREATE TABLE grouping_batches (
    app_id      text NOT NULL,
    setl_ym     text NOT NULL,
    batch_no    text NOT NULL,
    digest      text NOT NULL,                -- SM3 of the message's canonical data
    accepted    integer NOT NULL,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (app_id, setl_ym, batch_no)
);

-- What goes to the provincial platform, in the order of `position`. A local table, not a
-- distributed one: its reader locks rows and skips locked ones.
CREATE TABLE outbox (
    position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id  text NOT NULL UNIQUE,         -- idempotency key at the receiver
    operation   text NOT NULL,
    subject     text NOT NULL,                -- batch_no or setl_id
    payload     bytea NOT NULL,               -- JSON, sealed with SM4-GCM
    state       text NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    last_error  text,
    created_at  timestamptz NOT NULL,
    settled_at  timestamptz
);
CREATE INDEX outbox_due ON outbox (next_at, position) WHERE state = 'waiting';

-- Publication of a month's grouping results, and the objections in its window.
CREATE TABLE publications (
    setl_ym   text NOT NULL,
    round     integer NOT NULL,
    opened_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    app_id    text NOT NULL,
    PRIMARY KEY (setl_ym, round)
);
CREATE TABLE objections (
    fixmedins_code  text NOT NULL,
    setl_id         text NOT NULL,
    number          integer NOT NULL,
    setl_ym         text NOT NULL,
    round           integer NOT NULL,
    drg_code        text NOT NULL,            -- the published group
    wanted_drg_code text,
    reason          text NOT NULL,
    state           text NOT NULL CHECK (state IN ('OPEN', 'UPHELD', 'REJECTED')),
    raised_at       timestamptz NOT NULL,
    decided_at      timestamptz,
    decided_by      text,
    opinion         text,
    PRIMARY KEY (fixmedins_code, setl_id, number)
);
CREATE UNIQUE INDEX objections_open ON objections (fixmedins_code, setl_id) WHERE state = 'OPEN';
CREATE INDEX objections_month ON objections (setl_ym, fixmedins_code, setl_id);
