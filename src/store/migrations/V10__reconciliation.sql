-- Reconciliation by files (9101, 9102, 3201, 3202, 3211, 3212).

-- Files as they travel, sealed: sent by an institution, or made for it. They are deleted
-- when they expire.
CREATE TABLE exchange_files (
    fixmedins_code text NOT NULL,
    file_qury_no   text NOT NULL,
    origin         text NOT NULL CHECK (origin IN ('HOSPITAL', 'GATEWAY')),
    filename       text NOT NULL,
    byte_count     bigint NOT NULL,
    sm3            text NOT NULL,            -- of the file
    body           bytea NOT NULL,           -- the file, sealed with SM4-GCM
    received_at    timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, file_qury_no)
);
CREATE INDEX exchange_files_due ON exchange_files (expires_at);

-- Reconciliations by day: 3211 makes one, 3212 asks for it. A file number is empty where
-- there is no difference of its kind.
CREATE TABLE day_reconciliations (
    fixmedins_code text NOT NULL,
    task_key       text NOT NULL,
    begin_date     date NOT NULL,
    end_date       date NOT NULL,
    file_qury_no   text NOT NULL,
    check_state    text NOT NULL,
    unequal_file   text NOT NULL,
    centre_file    text NOT NULL,
    hospital_file  text NOT NULL,
    finished_at    timestamptz NOT NULL,
    PRIMARY KEY (fixmedins_code, task_key)
);

-- What is compared of a settlement record, in the open as medfee_fen is. Records of earlier
-- releases hold it sealed only: fund_pay_fen is null until they are read.
ALTER TABLE settlement_records
    ADD COLUMN insutype       text NOT NULL DEFAULT '',
    ADD COLUMN clr_type       text NOT NULL DEFAULT '',
    ADD COLUMN medins_setl_id text NOT NULL DEFAULT '',
    ADD COLUMN refunded       boolean NOT NULL DEFAULT false,
    ADD COLUMN fund_pay_fen   bigint,
    ADD COLUMN acct_pay_fen   bigint NOT NULL DEFAULT 0;
CREATE INDEX settlement_records_unread ON settlement_records (fixmedins_code, setl_id)
    WHERE source = 'core' AND fund_pay_fen IS NULL;
