-- The institution (or the caller) leads every key, so that the tables can be
-- distributed by it later; there are no triggers and no foreign keys across it.

CREATE TABLE callers (
    app_id          text PRIMARY KEY,
    key_id          text NOT NULL,
    role            text NOT NULL,
    fixmedins_code  text,
    fixmedins_name  text,
    admdvs          text NOT NULL,
    hosp_lv         text,
    public_key      bytea NOT NULL,
    fingerprint     text NOT NULL UNIQUE,
    app_secret      bytea NOT NULL,          -- sealed with SM4-GCM under the master key
    gcm_key         bytea,                   -- likewise; NULL: SM4-GCM is not enabled
    scalars_as_text boolean NOT NULL DEFAULT false,
    suspended       boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL
);

-- Used nonces, kept for twice the freshness window.
CREATE TABLE nonces (
    app_id     text NOT NULL,
    nonce      text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (app_id, nonce)
);
CREATE INDEX nonces_expires_at ON nonces (expires_at);

-- requestId → what it was used for and what was answered.
CREATE TABLE idempotency (
    app_id     text NOT NULL,
    request_id text NOT NULL,
    operation  text NOT NULL,
    digest     text NOT NULL,                -- SM3 of the canonical data
    answer     text,                         -- inner data of the answer; set before commit
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (app_id, request_id)
);
CREATE INDEX idempotency_expires_at ON idempotency (expires_at);

CREATE TABLE settlement_lists (
    fixmedins_code text NOT NULL,
    setl_id        text NOT NULL,
    setl_list_id   text NOT NULL,
    setl_ym        text NOT NULL,
    stas_type      smallint NOT NULL CHECK (stas_type BETWEEN 0 AND 3),
    revision       integer NOT NULL,
    digest         text NOT NULL,            -- SM3 of the canonical list
    body           bytea NOT NULL,           -- the list, sealed with SM4-GCM
    uploaded_at    timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_id)
);
CREATE INDEX settlement_lists_month ON settlement_lists (setl_ym, fixmedins_code);

CREATE TABLE settlement_records (
    fixmedins_code text NOT NULL,
    setl_id        text NOT NULL,
    source         text NOT NULL CHECK (source IN ('core', 'hospital')),
    medfee_fen     bigint NOT NULL,
    body           bytea NOT NULL,           -- sealed with SM4-GCM
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_id, source)
);

CREATE TABLE qc_results (
    fixmedins_code text NOT NULL,
    setl_id        text NOT NULL,
    run            integer NOT NULL,
    phase          text NOT NULL,
    qltctrl_rslt   smallint NOT NULL,        -- 1 pass, 0 fail
    findings       text NOT NULL,            -- JSON; personal values are masked
    not_evaluated  text NOT NULL,
    rules_ver      text NOT NULL,
    vali_flag      smallint NOT NULL,        -- 1 in force, 0 voided
    qltctrl_time   timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_id, run)
);

CREATE TABLE groupings (
    fixmedins_code text NOT NULL,
    setl_id        text NOT NULL,
    sequence       integer NOT NULL,
    setl_ym        text NOT NULL,
    grp_rslt       smallint NOT NULL,        -- 1 grouped, 0 not
    status         text NOT NULL,
    reason         text,
    mdc_codg       text NOT NULL,
    adrg_code      text NOT NULL,
    drg_code       text NOT NULL,
    drg_name       text NOT NULL,
    grp_ver        text NOT NULL,
    weight         numeric(12,4),
    medfee_fen     bigint NOT NULL,
    pay_std_fen    bigint,
    profile        text NOT NULL,
    vali_flag      smallint NOT NULL,
    grp_time       timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, setl_id, sequence)
);
CREATE INDEX groupings_month ON groupings (setl_ym, fixmedins_code) WHERE vali_flag = 1;

-- Append-only, hash-chained. Sixteen chains, so that commits of different calls do
-- not queue behind one another; each chain's head guards its own tail.
CREATE TABLE audit_lanes (
    lane     smallint PRIMARY KEY,
    sequence bigint NOT NULL,
    hash     text NOT NULL
);
INSERT INTO audit_lanes SELECT lane, 0, repeat('0', 64) FROM generate_series(0, 15) AS lane;

CREATE TABLE audit_records (
    lane       smallint NOT NULL,
    sequence   bigint NOT NULL,
    at         timestamptz NOT NULL,
    app_id     text NOT NULL,
    role       text NOT NULL,
    operation  text NOT NULL,
    request_id text NOT NULL,
    subject    text NOT NULL,
    outcome    text NOT NULL,
    prev_hash  text NOT NULL,
    hash       text NOT NULL,
    PRIMARY KEY (lane, sequence)
);
