-- The transaction door: what a caller signs its gateway headers with, and how it has agreed
-- to write its messages. A set of keys without gateway_secret does not open that door.
ALTER TABLE caller_keys
    ADD COLUMN gateway_secret bytea,         -- SK of CSB, token of TIF; sealed
    ADD COLUMN input_key      bytea;         -- SM4 key of input and output; sealed
ALTER TABLE callers
    ADD COLUMN gateway_id       text UNIQUE, -- access key or paasid; NULL: the app_id
    ADD COLUMN transaction_door text;        -- settings as JSON; NULL: the defaults

-- Sign-ins (9001): one a day for an operator of a caller, China time.
CREATE TABLE sign_ins (
    app_id        text NOT NULL,
    opter_no      text NOT NULL,
    day           date NOT NULL,
    sign_no       text NOT NULL,
    mac           text NOT NULL,             -- terminal of the last sign-in
    ip            text NOT NULL,
    signed_in_at  timestamptz NOT NULL,
    signed_out_at timestamptz,
    PRIMARY KEY (app_id, opter_no, day)
);
CREATE UNIQUE INDEX sign_ins_sign_no ON sign_ins (app_id, sign_no);

-- 4105 counts by time of settlement and medical category. Rows that are there already
-- count for the first day of their month until they come again.
ALTER TABLE settlement_lists ADD COLUMN settled_at timestamp;
UPDATE settlement_lists SET settled_at = to_timestamp(setl_ym, 'YYYYMM')::timestamp;
CREATE INDEX settlement_lists_settled_at ON settlement_lists (settled_at, fixmedins_code);
ALTER TABLE settlement_records
    ADD COLUMN settled_at timestamp,
    ADD COLUMN med_type   text NOT NULL DEFAULT '';  -- empty: the record does not tell it
UPDATE settlement_records SET settled_at = to_timestamp(setl_ym, 'YYYYMM')::timestamp
WHERE setl_ym <> '';
CREATE INDEX settlement_records_settled_at ON settlement_records (settled_at, fixmedins_code)
    WHERE source = 'core';
