-- A caller and its keys stand apart: while keys are changed, two sets hold at once.
CREATE TABLE caller_keys (
    app_id      text NOT NULL,
    key_id      text NOT NULL,
    public_key  bytea NOT NULL,
    fingerprint text NOT NULL UNIQUE,        -- SM3 of the public key: one key, one caller
    app_secret  bytea NOT NULL,              -- sealed with SM4-GCM under the master key
    gcm_key     bytea,                       -- likewise; NULL: SM4-GCM is not enabled
    not_before  timestamptz NOT NULL,
    not_after   timestamptz,                 -- NULL: no end
    PRIMARY KEY (app_id, key_id)
);
INSERT INTO caller_keys (app_id, key_id, public_key, fingerprint, app_secret, gcm_key, not_before)
SELECT app_id, key_id, public_key, fingerprint, app_secret, gcm_key, created_at FROM callers;

ALTER TABLE callers
    DROP COLUMN key_id,
    DROP COLUMN public_key,
    DROP COLUMN fingerprint,
    DROP COLUMN app_secret,
    DROP COLUMN gcm_key,
    ADD COLUMN per_second integer CHECK (per_second > 0),    -- NULL: the configured limit
    ADD COLUMN addresses text[] NOT NULL DEFAULT '{}',       -- CIDR; empty: from anywhere
    ADD COLUMN revision integer NOT NULL DEFAULT 1;          -- counts changes, keys included
